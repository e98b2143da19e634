"""pipeline.lanes.pace, on a Redis whose clock moves when told."""

from dataclasses import replace

import pytest

from pipeline.lanes import limits
from pipeline.lanes.pace import Capacity, Pace, read_paces
from pipeline.records.catalog import Catalog
from pipeline.stores.scripts import Scripts
from tests.accept.test_acceptance import ACME, LAPSED, LEFT

CALM = Pace(
    connector="acme",
    account=ACME.account,
    function="triggerCustomEvent",
    allowance=200,
    source="default",
    most=190,
    now=190,
    paused=0,
    capacity=None,
    window=60,
    system="Responsys",
)


def read(redis, connector=ACME):
    return read_paces(redis, Catalog(1, {"acme": connector}, {"lapsed": LAPSED, "left": LEFT}))


def test_each_function_of_a_connector_is_reported_once(fake_redis):
    assert read(fake_redis) == [CALM]


def test_the_accounts_own_answer_counts_more_than_the_default(fake_redis):
    limits.store_allowances(fake_redis, ACME.account, {"triggerCustomEvent": 100})

    assert read(fake_redis) == [replace(CALM, allowance=100, source="account", most=95, now=95)]


def test_the_configuration_counts_most(fake_redis):
    limits.store_allowances(fake_redis, ACME.account, {"triggerCustomEvent": 100})
    connector = replace(ACME, limits={"triggerCustomEvent": 20}, utilisation=1.0)

    assert read(fake_redis, connector) == [
        replace(CALM, allowance=20, source="connector", most=20, now=20),
    ]


def test_after_a_refusal_it_pauses_and_recovers_step_by_step(fake_redis, clock):
    """A tenth with each minute, as limits.inc.lua counts."""
    Scripts(fake_redis).run(
        "throttle", [limits.limit_key(ACME.account, "triggerCustomEvent")], [60_000, 60_000]
    )
    clock.advance(20)

    assert read(fake_redis) == [replace(CALM, now=95, paused=40)]
    clock.advance(40 + 3 * 60)
    assert read(fake_redis) == [replace(CALM, now=152)]
    clock.advance(10 * 60)
    assert read(fake_redis) == [CALM]


def test_after_a_refusal_the_lower_of_both_counts(fake_redis, clock):
    connector = replace(ACME, limits={"triggerCustomEvent": 300}, utilisation=1.0)
    limits.store_allowances(fake_redis, ACME.account, {"triggerCustomEvent": 100})
    configured = replace(CALM, allowance=300, source="connector", most=300, now=300)
    assert read(fake_redis, connector) == [configured]

    limits.take(fake_redis, ACME.account, "triggerCustomEvent", 300)
    limits.throttled(fake_redis, ACME.account, "triggerCustomEvent")
    limits.store_allowances(fake_redis, ACME.account, {"triggerCustomEvent": 100})
    clock.advance(70)
    assert read(fake_redis, connector) == [replace(CALM, allowance=100, source="account", most=100, now=100)]
    clock.advance(3600)
    assert read(fake_redis, connector) == [configured]


def test_an_exhausted_account_waits_for_one_call_to_try(fake_redis, clock):
    limits.exhausted(fake_redis, ACME.account, "batch")
    clock.advance(15)

    assert read(fake_redis) == [replace(CALM, capacity=Capacity(strikes=1, probe=45, probing=False))]
    clock.advance(100)
    assert read(fake_redis) == [replace(CALM, capacity=Capacity(strikes=1, probe=0, probing=False))]


def test_a_call_that_tries_is_reported(fake_redis, clock):
    limits.exhausted(fake_redis, ACME.account, "batch")
    until = round((clock.now + 30) * 1000)
    fake_redis.hset(f"capacity:{ACME.account}", mapping={"probe": "batch", "probe_until": until})

    [found] = read(fake_redis)

    assert found.capacity == Capacity(strikes=1, probe=60, probing=True)


@pytest.mark.parametrize("destinations", [{}, {"lapsed": LAPSED}])
def test_a_connector_without_destinations_has_no_pace(fake_redis, destinations):
    catalog = Catalog(1, {"acme": ACME, "spare": replace(ACME, name="spare")}, destinations)

    assert [pace.connector for pace in read_paces(fake_redis, catalog)] == ["acme"] * len(destinations)


def test_calls_of_the_last_minute_are_counted(fake_redis, clock):
    """Neither a permit that nobody has used yet, nor a call of a minute ago."""
    log, now = limits.log_key(ACME.account, "triggerCustomEvent"), clock.now * 1000
    fake_redis.zadd(log, {"answered": now - 59_000, "begun": now + 4_000})
    fake_redis.zadd(log, {"permit": now + 30_000, "before": now - 61_000})

    assert read(fake_redis) == [replace(CALM, made=2)]
