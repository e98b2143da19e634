"""Rules that exist in Lua and in Python: limits.inc.lua is the authority, and pace.py says the same."""

from dataclasses import replace
from random import Random

import pytest

from pipeline.lanes.pace import HEEDED_WINDOWS, REACH, pace_of, share
from pipeline.stores.scripts import source
from tests.accept.test_acceptance import ACME

FUNCTION, WINDOW, NOW = "triggerCustomEvent", 60_000, 1_800_000_000_000
SHARED = (
    "local window, now = tonumber(ARGV[1]), tonumber(ARGV[2])\n" + source("lanes.inc") + source("limits.inc")
)
LIMIT = f"limit:{ACME.account}:{FUNCTION}"
CASES = 200


def share_in_lua(redis):
    script = "return tostring((share(limit_at(KEYS[1]), now, window)))"
    return float(redis.eval(SHARED + script, 1, LIMIT, WINDOW, NOW))


def allowance_in_lua(redis, configured, default, utilisation):
    script = (
        "return allowance_for(KEYS[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6], now, window)"
    )
    args = (WINDOW, NOW, FUNCTION, configured, default, utilisation)
    return redis.eval(SHARED + script, 2, LIMIT, ACME.account, *args)


@pytest.mark.parametrize("seed", range(3))
def test_the_share_in_use_after_a_refusal_is_the_same(redis, seed):
    dice = Random(seed)
    for _ in range(CASES):
        resumed_at = NOW + dice.randint(-40 * WINDOW, 2 * WINDOW)
        factor, patience = dice.choice(["0.25", "0.5", "0.7", "0.95"]), dice.choice([1, 4, 8])
        redis.hset(LIMIT, mapping={"factor": factor, "resumed_at": resumed_at, "patience": patience})

        assert share(redis.hgetall(LIMIT), NOW, WINDOW) == pytest.approx(share_in_lua(redis))


def test_without_a_refusal_all_of_the_allowance_is_in_use(redis):
    assert share({}, NOW, WINDOW) == share_in_lua(redis) == 1.0


@pytest.mark.parametrize("configured", [0, 50, 150])
@pytest.mark.parametrize("told", [None, 40, 100])
@pytest.mark.parametrize("windows_ago", [None, 1, HEEDED_WINDOWS - 1, HEEDED_WINDOWS, HEEDED_WINDOWS + 1])
def test_the_allowance_is_the_same_whoever_set_or_told_it(redis, configured, told, windows_ago):
    connector = replace(ACME, limits={FUNCTION: configured} if configured else {})
    if told is not None:
        redis.hset(f"allowances:{ACME.account}", FUNCTION, told)
    if windows_ago is not None:
        redis.hset(LIMIT, "paused_until", NOW - windows_ago * WINDOW)

    stored = redis.hget(f"allowances:{ACME.account}", FUNCTION), redis.hgetall(LIMIT), {}
    pace = pace_of(connector, FUNCTION, *stored, NOW, WINDOW / 1000)

    assert pace.most == allowance_in_lua(redis, configured, 200, connector.utilisation)


def test_a_call_that_was_begun_counts_for_as_long(redis):
    assert redis.eval(SHARED + "return REACH", 0, WINDOW, NOW) == REACH
