"""Accounts that count the calls of all their users by 24 hours: our share of them, by the hour."""

from dataclasses import replace
from random import Random

import pytest

from pipeline.lanes import limits
from pipeline.lanes.draw import draw
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.pace import pace_of
from pipeline.lanes.quota import quota_of
from pipeline.model.day_use import DayUse
from pipeline.salesforce.connector import SalesforceConnector
from pipeline.stores import allowances
from pipeline.stores.scripts import source
from tests.builders import begin, configure

CRM = SalesforceConnector(name="crm", title="Acme", host="https://acme.my.salesforce.com", client_id="3M")
QUOTA = quota_of(CRM, "calls")
HOUR, MINUTE = 3600.0, 60.0
SHARED = source("lanes.inc") + source("limits.inc")


def tell(client, used, most=4_800):
    """Note the use of an org, of whose calls 50 an hour are ours."""
    allowances.note(client, CRM.account, {"calls": DayUse(used, most).dumps()}, 5 * MINUTE)


def spend(client, clock, seconds, lane=None):
    """Draw all permits that can be had within so many seconds."""
    end, drawn = clock.now + seconds, []
    while clock.now < end:
        wait = draw(client, QUOTA)
        if wait == 0:
            drawn.append(clock.now)
        clock.advance(min(wait, end - clock.now))
    return drawn


@pytest.mark.parametrize("seed", range(3))
def test_lua_and_python_agree_on_what_is_ours(redis, seed):
    dice = Random(seed)
    for _ in range(100):
        connector = replace(
            CRM, share=round(dice.uniform(0.001, 1), 3), ceiling=round(dice.uniform(0.1, 1), 3)
        )
        use = DayUse(dice.randint(0, 110_000), dice.choice([15_000, 99_999, 100_000]))
        stored = use.dumps().encode()
        redis.hset(f"allowances:{CRM.account}", "calls", stored)
        script = "return {allowance_for(ARGV[1], 'calls', 0, 500, 1, 0, 3600000, ARGV[2], ARGV[3])}"
        told = redis.eval(SHARED + script, 0, CRM.account, connector.share, connector.ceiling)
        pace = pace_of(connector, "calls", stored, {}, {}, 0, MINUTE)

        assert [pace.most, pace.kept] == told == [use.allowance(connector), use.kept(connector)]


def test_98_percent_of_our_share_are_used_and_an_idle_hour_is_not_saved_up(fake_redis, clock):
    tell(fake_redis, 0)
    clock.advance(HOUR)
    drawn = spend(fake_redis, clock, HOUR)

    assert 0.98 * 50 <= len(drawn) <= 50
    assert sum(moment < drawn[0] + 60 for moment in drawn) <= 0.05 * 50 + 50 / 60 + 1


def test_one_call_at_least_may_run_ahead(fake_redis, clock):
    """So that a batch is written as soon as it was found."""
    tell(fake_redis, 0, most=960)  # 10 an hour

    assert [draw(fake_redis, QUOTA), draw(fake_redis, QUOTA)] == [0, 0]
    assert draw(fake_redis, QUOTA) == pytest.approx(360, abs=1)


def test_the_ceiling_is_never_passed_by_us(fake_redis, clock):
    """Each answer tells the use, of which the next call takes account."""
    used = 3_780
    tell(fake_redis, used)
    while (wait := draw(fake_redis, QUOTA)) != MINUTE:
        used += wait == 0
        tell(fake_redis, used)
        clock.advance(wait)

    assert 0.79 * 4_800 < used <= 0.8 * 4_800


def test_connectors_of_an_org_share_its_calls(fake_redis, clock):
    tell(fake_redis, 0)
    other = quota_of(replace(CRM, name="crm-too", client_id="other"), "calls")
    drawn = spend(fake_redis, clock, HOUR)

    assert len(drawn) == 50
    assert draw(fake_redis, other) > 0


def test_above_the_ceiling_only_the_first_class_goes_on_with_its_tenth(fake_redis, clock):
    lanes = first_class(fake_redis, clock, 12)
    tell(fake_redis, 0)
    spend(fake_redis, clock, HOUR - 60)
    tell(fake_redis, 4_000)

    assert draw(fake_redis, QUOTA) == pytest.approx(60)
    assert sent(lanes, clock) == 5
    tell(fake_redis, 4_560)  # 95 %
    clock.advance(HOUR)
    assert sent(lanes, clock) == 0


def test_a_tenth_of_our_share_is_kept_below_the_ceiling_too(fake_redis, clock):
    lanes = first_class(fake_redis, clock, 12)
    tell(fake_redis, 0)

    assert len(spend(fake_redis, clock, HOUR - 1)) == 45
    assert sent(lanes, clock) == 5


def first_class(client, clock, rows):
    """Let rows of the first class wait; return their lanes."""
    configure(client, "consents", connector="crm", max_rows=1, max_age=0, priority="first")
    client.hset("connector:crm", "first", "1")
    names = [str(number) for number in range(rows)]
    client.hset("rows:consents", mapping=dict.fromkeys(names, "{}"))
    client.zadd("lane:consents/all", dict.fromkeys(names, int(clock.now * 1000)))
    client.hset("destination:consents", "function", "calls")
    client.zadd("ready:crm:calls:first", {"consents/all": int(clock.now * 1000)})
    return Lanes(client)


def sent(lanes, clock):
    """Count the batches that go out now."""
    count = 0
    while isinstance(claimed := lanes.claim(replace(QUOTA, max_in_flight=1000)), tuple):
        begin(lanes, lanes.batch(claimed.batch))
        count += 1
    return count


def test_a_pause_stops_polls_too_and_changes_no_rate(fake_redis, clock):
    tell(fake_redis, 0)
    limits.pause(fake_redis, CRM.account, "calls", 30)
    limits.pause(fake_redis, CRM.account, "calls", 10)

    assert draw(fake_redis, QUOTA) == pytest.approx(30, abs=0.01)
    clock.advance(30)
    assert len(spend(fake_redis, clock, HOUR)) == 50


def test_the_account_is_asked_after_five_minutes_without_a_call(fake_redis, clock):
    tell(fake_redis, 0)
    clock.advance(299)
    assert limits.asked_recently(fake_redis, CRM.account)
    clock.advance(2)
    assert not limits.asked_recently(fake_redis, CRM.account)
