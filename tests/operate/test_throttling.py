"""pipeline.operate.throttling: since when an account is throttled, and when it last worked."""

import pytest

from pipeline.lanes import limits
from pipeline.operate.throttling import look_for_throttling
from tests.deliver.environment import EVENT, Environment, answer


@pytest.fixture
def environment(redis, engine, records, vault, oracle):
    return Environment(redis, engine, records, vault)


@pytest.fixture
def look(environment):
    def run():
        catalog = environment.records.load()
        parts = (environment.redis, environment.engine, catalog, catalog.connectors["acme"])
        return [(one.check, one.ok, one.text) for one in look_for_throttling(*parts, 60)]

    return run


def since_of(environment, key):
    return int(environment.redis.hget(key, "since"))


def test_an_account_that_never_refused_and_never_worked_has_nothing_to_tell(look):
    assert look() == []


def test_the_last_delivery_is_reported(environment, oracle, look):
    oracle.post(EVENT, json=answer(None))
    environment.receive("p1")
    environment.deliver()

    ((check, ok, text),) = look()
    assert (check, ok) == ("last delivery", True)
    assert text.startswith("rows were last delivered at 20")


def test_a_paused_function_is_reported_with_the_first_of_its_refusals(environment, look):
    key = limits.limit_key(environment.account, "triggerCustomEvent")
    limits.throttled(environment.redis, environment.account, "triggerCustomEvent")
    environment.redis.hset(key, mapping={"since": since_of(environment, key) - 600_000, "paused_until": 1})
    limits.throttled(environment.redis, environment.account, "triggerCustomEvent")

    ((check, ok, text),) = look()
    assert (check, ok) == ("throttled", False)
    assert text.startswith("triggerCustomEvent: throttled since 20")
    assert "(10 min" in text
    assert "; no call goes out for 1 min" in text


def test_a_function_that_recovers_is_reported_and_is_well(environment, look):
    key = limits.limit_key(environment.account, "triggerCustomEvent")
    limits.throttled(environment.redis, environment.account, "triggerCustomEvent")
    environment.redis.hset(key, "paused_until", 1)

    ((check, ok, text),) = look()
    assert (check, ok) == ("throttled", True)
    assert "calls per 1 min go out" in text


def test_a_refusal_after_all_went_well_begins_anew(environment):
    key = limits.limit_key(environment.account, "f")
    limits.throttled(environment.redis, environment.account, "f")
    environment.redis.hset(key, mapping={"since": 1, "paused_until": 1, "resumed_at": 1})
    limits.throttled(environment.redis, environment.account, "f")

    assert since_of(environment, key) > 1


def test_an_exhausted_account_is_reported_with_the_first_of_its_refusals(environment, look):
    key = f"capacity:{environment.account}"
    limits.exhausted(environment.redis, environment.account, "batch")
    environment.redis.hset(key, mapping={"since": since_of(environment, key) - 3_600_000, "probe": "batch"})
    limits.exhausted(environment.redis, environment.account, "batch")

    ((check, ok, text),) = look()
    assert (check, ok) == ("throttled", False)
    assert text.startswith("the account's capacity is exhausted since 20")
    assert "(1 h" in text
    assert "; one call may try in 2 min" in text
