"""What producers and scripts know of the records is what was decided last, whoever tells them."""

import pytest

from pipeline.records import mirror
from tests.environment import ACME, LAPSED, LEFT, House

CONNECTORS = {"acme": ACME}


@pytest.fixture
def house(redis, engine, records):
    return House(redis, engine, records)


def told(redis):
    """Return the audiences that producers may use, and which destinations scripts still send for."""
    sending = {
        name.decode(): redis.hget(b"destination:" + name, "connector") == b"acme"
        for name in redis.smembers("destinations")
    }
    return {audience.decode() for audience in redis.smembers("audiences")}, sending


def test_who_read_the_records_before_a_change_does_not_undo_it_afterwards(house):
    """A worker reads, somebody applies, the worker tells Redis what it read."""
    house.apply(CONNECTORS, {"lapsed": LAPSED})
    before = house.catalog
    house.apply(CONNECTORS, {"left": {**LEFT, "max_rows": 7}})

    mirror.publish(house.redis, before)

    assert told(house.redis) == ({"leavers"}, {"lapsed": False, "left": True})
    assert house.redis.hget("destination:left", "max_rows") == b"7"


def test_a_connector_that_was_stopped_meanwhile_stays_stopped(house):
    house.apply(CONNECTORS, {"lapsed": LAPSED})
    before = house.catalog
    house.hold("connector", "acme", "paused")

    mirror.publish(house.redis, before)

    assert house.redis.hget("connector:acme", "stopped") == b"paused"


def test_records_put_back_from_a_backup_are_what_counts(house):
    """Redis has seen later versions; the SQL store decides all the same."""
    house.apply(CONNECTORS, {"lapsed": LAPSED})
    house.redis.set("catalog", 100)

    catalog = mirror.refresh(house.redis, house.records)

    assert catalog.version == house.records.version() == 101
    assert told(house.redis) == ({"lapsed-buyers"}, {"lapsed": True})
