"""Destinations that were stored before their action had all the options it has now."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from pipeline.accept.acceptance import Acceptance
from pipeline.accept.intake import Intake
from pipeline.errors import Misconfigured
from pipeline.records import mirror
from pipeline.records.catalog import Catalog
from pipeline.snapshots.sync import Sync
from pipeline.stores import tables
from schemas.configuration import ConfigurationSchema
from tests.builders import cut
from tests.deliver import test_delivery
from tests.deliver.test_delivery import CONFIGURATION, EVENT, answer, read
from tests.fixtures.oracle import HOST

house = test_delivery.house  # as a plugin it would give others its house, too

ORDERS = {
    "audience": "lapsed-buyers", "connector": "acme", "action": "supplemental_table",
    "folder": "Data", "table": "ORDERS", "columns": {"tier": "TIER"}, "key": ["TIER"],
}  # fmt: skip
ROWS = f"{HOST}/rest/api/v1.3/folders/Data/suppData/ORDERS/members"
MERGED = {"recordData": {"fieldNames": ["TIER"], "records": [["1"]]}}


@pytest.fixture
def accept(house):
    """Add a destination beside the one of the house, and accept activations."""
    found = ConfigurationSchema().load({**CONFIGURATION, "destinations": {"orders": ORDERS}})
    house.records.apply({"destinations": found["destinations"]})

    def run(*profiles: str) -> None:
        mirror.refresh(house.redis, house.records)
        entries = [
            {"audience": "lapsed-buyers", "profile_id": profile, "call_type": "ADD",
             "identifiers": {"crm_id": f"C-{profile}"}, "variables": {"tier": "gold"}}
            for profile in profiles
        ]  # fmt: skip
        house.redis.rpush("intake:0", *map(json.dumps, entries))
        Acceptance(Intake(house.redis, window=3600), house.engine, lambda _: house.records.load()).accept(0)

    return run


def forget(house: Any, *options: str) -> Catalog:
    """Take options out of the stored record, as if there had been none when it was stored."""
    table = tables.destinations
    with house.engine.begin() as connection:
        body = connection.scalar(select(table.c.body).where(table.c.name == "orders"))
        older = {key: value for key, value in body.items() if key not in options}
        connection.execute(update(table).where(table.c.name == "orders").values(body=older))
        connection.execute(update(tables.catalog).values(version=tables.catalog.c.version + 1))
    return house.records.load()


def test_it_takes_rows_and_sends_them_like_any_other(house, oracle, accept):
    forget(house, "insert_on_no_match", "update_on_match", "on_remove", "call_types", "max_age")
    oracle.post(ROWS, json=MERGED)
    accept("p1")
    house.lanes.flush("orders")
    house.gate = replace(house.gate, function="mergeSupplementalTableMembers")

    assert house.deliver() == "1 row of orders"
    body = read(oracle.calls[-1].request)
    assert (body["insertOnNoMatch"], body["updateOnMatch"]) == (True, "REPLACE_ALL")


def test_without_an_option_that_has_no_default_its_rows_are_kept_and_others_go_on(house, oracle, accept):
    forget(house, "columns")
    oracle.post(EVENT, json=answer(None))
    accept("p1")
    house.lanes.flush("lapsed")

    assert house.deliver() == "1 row of lapsed"
    assert house.letters() == [("p1", "Invalid", 'its record lacks "columns": configure it anew')]
    assert house.hold("destination", "orders") == "held: Misconfigured"


def test_what_waits_for_it_waits_until_it_is_configured_anew(house, accept):
    accept("p1")
    forget(house, "columns")
    mirror.refresh(house.redis, house.records)
    gate = replace(house.gate, function="mergeSupplementalTableMembers")
    house.lanes.flush("orders")
    assert house.lanes.claim(gate) is None

    found = ConfigurationSchema().load({**CONFIGURATION, "destinations": {"orders": ORDERS}})
    house.records.apply({"destinations": found["destinations"]})
    mirror.refresh(house.redis, house.records)
    house.lanes.flush("orders")

    assert isinstance(house.lanes.claim(gate), tuple)
    assert house.hold("destination", "orders") is None


def test_a_batch_whose_worker_died_in_the_call_waits_until_it_is_configured_anew(house, accept):
    accept("p1")
    house.lanes.flush("orders")
    batch = cut(house.lanes, replace(house.gate, function="mergeSupplementalTableMembers"))
    house.lanes.begin(batch)
    house.lanes.extend(batch, lease=0)
    forget(house, "columns")
    (again,) = house.lanes.lapsed("acme")

    report = house.delivery.deliver(*again)

    assert report.text == '1 row of orders waiting: its record lacks "columns": configure it anew'
    assert house.redis.hlen("rows:orders") == 1


def test_no_snapshot_is_taken_in_for_it(house, accept):
    catalog = forget(house, "columns")

    with pytest.raises(Misconfigured, match='destination "orders": its record lacks "columns"'):
        Sync(house.engine, catalog, "lapsed-buyers", appender=None)
