"""What producers and scripts know of the records is what was decided last, whoever tells them."""

import pytest

from pipeline.records import mirror
from tests.environment import ACME, LAPSED, LEFT, Environment

CONNECTORS = {"acme": ACME}


@pytest.fixture
def environment(redis, engine, records):
    return Environment(redis, engine, records)


def told(redis):
    """Return the audiences that producers may use, and which destinations scripts still send for."""
    sending = {
        name.decode(): redis.hget(b"destination:" + name, "connector") == b"acme"
        for name in redis.smembers("destinations")
    }
    return {audience.decode() for audience in redis.smembers("audiences")}, sending


def test_who_read_the_records_before_a_change_does_not_undo_it_afterwards(environment):
    """A worker reads, somebody applies, the worker tells Redis what it read."""
    environment.apply(CONNECTORS, {"lapsed": LAPSED})
    before = environment.catalog
    environment.apply(CONNECTORS, {"left": {**LEFT, "max_rows": 7}})

    mirror.publish(environment.redis, before)

    assert told(environment.redis) == ({"leavers"}, {"lapsed": False, "left": True})
    assert environment.redis.hget("destination:left", "max_rows") == b"7"


def test_a_connector_that_was_stopped_meanwhile_stays_stopped(environment):
    environment.apply(CONNECTORS, {"lapsed": LAPSED})
    before = environment.catalog
    environment.hold("connector", "acme", "paused")

    mirror.publish(environment.redis, before)

    assert environment.redis.hget("connector:acme", "stopped") == b"paused"


def test_records_put_back_from_a_backup_are_what_counts(environment):
    """Redis has seen later versions; the SQL store decides all the same."""
    environment.apply(CONNECTORS, {"lapsed": LAPSED})
    environment.redis.set("catalog", 100)

    catalog = mirror.refresh(environment.redis, environment.records)

    assert catalog.version == environment.records.version() == 101
    assert told(environment.redis) == ({"lapsed-buyers"}, {"lapsed": True})


def test_all_connectors_of_an_account_know_that_a_tenth_is_kept(environment):
    connectors = {"acme": ACME, "acme-too": ACME, "beta": {**ACME, "username": "other"}}
    environment.apply(connectors, {"lapsed": {**LAPSED, "priority": "first"}})
    kept = [environment.redis.hexists(f"connector:{name}", "first") for name in connectors]
    environment.apply(connectors, {"lapsed": LAPSED})

    assert kept == [True, True, False]
    assert not environment.redis.hexists("connector:acme", "first")
    assert environment.redis.hget("destination:lapsed", "priority") == b""
