"""Destinations that were stored before their action had all the options it has now."""

import json
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
from tests.deliver.environment import CONFIGURATION, EVENT, Environment, answer, read
from tests.fixtures.oracle import HOST

ORDERS = {
    "audience": "lapsed-buyers", "connector": "acme", "action": "supplemental_table",
    "folder": "Data", "table": "ORDERS", "columns": {"tier": "TIER"}, "key": ["TIER"],
}  # fmt: skip
ROWS = f"{HOST}/rest/api/v1.3/folders/Data/suppData/ORDERS/members"
MERGED = {"recordData": {"fieldNames": ["TIER"], "records": [["1"]]}}


@pytest.fixture
def environment(redis, engine, records, vault, oracle):
    """Both stores, an account behind a faked wire, and one destination."""
    return Environment(redis, engine, records, vault)


@pytest.fixture
def accept(environment):
    """Add a destination beside the one that is there, and accept activations."""
    found = ConfigurationSchema().load({**CONFIGURATION, "destinations": {"orders": ORDERS}})
    environment.records.apply({"destinations": found["destinations"]})

    def run(*profiles: str) -> None:
        mirror.refresh(environment.redis, environment.records)
        entries = [
            {"audience": "lapsed-buyers", "profile_id": profile, "call_type": "ADD",
             "identifiers": {"crm_id": f"C-{profile}"}, "variables": {"tier": "gold"}}
            for profile in profiles
        ]  # fmt: skip
        environment.redis.rpush("intake:0", *map(json.dumps, entries))
        Acceptance(
            Intake(environment.redis, window=3600), environment.engine, lambda _: environment.records.load()
        ).accept(0)

    return run


def forget(environment: Any, *options: str) -> Catalog:
    """Take options out of the stored record, as if there had been none when it was stored."""
    table = tables.destinations
    with environment.engine.begin() as connection:
        body = connection.scalar(select(table.c.body).where(table.c.name == "orders"))
        older = {key: value for key, value in body.items() if key not in options}
        connection.execute(update(table).where(table.c.name == "orders").values(body=older))
        connection.execute(update(tables.catalog).values(version=tables.catalog.c.version + 1))
    return environment.records.load()


def test_it_takes_rows_and_sends_them_like_any_other(environment, oracle, accept):
    forget(environment, "insert_on_no_match", "update_on_match", "on_remove", "call_types", "max_age")
    oracle.post(ROWS, json=MERGED)
    accept("p1")
    environment.lanes.flush("orders")
    environment.quota = environment.quota_of("acme", "mergeSupplementalTableMembers")

    assert environment.deliver() == "1 row of orders"
    body = read(oracle.calls[-1].request)
    assert (body["insertOnNoMatch"], body["updateOnMatch"]) == (True, "REPLACE_ALL")


def test_without_an_option_that_has_no_default_its_rows_are_kept_and_others_go_on(
    environment, oracle, accept
):
    forget(environment, "columns")
    oracle.post(EVENT, json=answer(None))
    accept("p1")
    environment.lanes.flush("lapsed")

    assert environment.deliver() == "1 row of lapsed"
    assert environment.letters() == [("p1", "Invalid", 'its record lacks "columns": configure it anew')]
    assert environment.hold("destination", "orders") == "held: Misconfigured"


def test_what_waits_for_it_waits_until_it_is_configured_anew(environment, accept):
    accept("p1")
    forget(environment, "columns")
    mirror.refresh(environment.redis, environment.records)
    quota = environment.quota_of("acme", "mergeSupplementalTableMembers")
    environment.lanes.flush("orders")
    assert environment.lanes.claim(quota) is None

    found = ConfigurationSchema().load({**CONFIGURATION, "destinations": {"orders": ORDERS}})
    environment.records.apply({"destinations": found["destinations"]})
    mirror.refresh(environment.redis, environment.records)
    environment.lanes.flush("orders")

    assert isinstance(environment.lanes.claim(quota), tuple)
    assert environment.hold("destination", "orders") is None


def test_a_batch_whose_worker_died_in_the_call_waits_until_it_is_configured_anew(environment, accept):
    accept("p1")
    environment.lanes.flush("orders")
    batch = cut(environment.lanes, environment.quota_of("acme", "mergeSupplementalTableMembers"))
    environment.lanes.begin(batch)
    environment.lanes.extend(batch, lease=0)
    forget(environment, "columns")
    (again,) = environment.lanes.leases.lapsed("acme")

    report = environment.delivery.deliver(*again)

    assert report.text == '1 row of orders waiting: its record lacks "columns": configure it anew'
    assert environment.redis.hlen("rows:orders") == 1


def test_no_snapshot_is_taken_in_for_it(environment, accept):
    catalog = forget(environment, "columns")

    with pytest.raises(Misconfigured, match='destination "orders": its record lacks "columns"'):
        Sync(environment.engine, catalog, "lapsed-buyers", appender=None)
