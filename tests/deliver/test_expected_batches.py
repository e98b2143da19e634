"""Batches that a dry run expects, against those that are cut on a real server."""

import json
import random
from dataclasses import replace

import pytest

from pipeline.accept.acceptance import Acceptance
from pipeline.accept.intake import Intake
from pipeline.cli.dry_run_text import destination_lines
from pipeline.deliver.expected import expect
from pipeline.lanes.lanes import Lanes
from pipeline.model.activation import decode
from pipeline.model.destination import Destination
from pipeline.records import mirror
from pipeline.records.catalog import Catalog
from pipeline.records.record_reading import destination as read_destination
from schemas.audience_export import AudienceExport
from tests.accept.test_acceptance import ACME
from tests.builders import QUOTA, begin, cut

EVENT = Destination("lapsed", "lapsed-buyers", "acme", "custom_event", max_rows=3, options={"event": "E"})
EXPORT = read_destination(
    "lapsed",
    AudienceExport().load(
        {
            "audience": "lapsed-buyers",
            "connector": "acme",
            "action": "audience_export",
            "identifiers": {"crm_id": "CUSTOMER_ID_"},
            "match_column_1": "CUSTOMER_ID_",
            "max_rows": 3,
        }
    ),
)


def entry(profile, recipient):
    return json.dumps({"audience": "lapsed-buyers", "profile_id": profile, "call_type": "UPDATE",
                       "identifiers": {"crm_id": recipient}})  # fmt: skip


def expect_calls(destination, entries):
    expected = expect(Catalog(1, {"acme": ACME}, {"lapsed": destination}), destination)
    for each in entries:
        assert expected.add(decode(each.encode())) is None
    expected.finish()
    return expected


def expected_calls(destination, entries):
    expected = expect_calls(destination, entries)
    (calls,) = expected.calls.values()
    return calls.calls, expected.rows, expected.coalesced


@pytest.fixture
def cut_calls(redis, engine):
    """Cuts all batches on the server; returns their number, the rows in them, and the rows coalesced."""

    def run(destination, entries):
        catalog = Catalog(1, {"acme": ACME}, {"lapsed": destination})
        redis.flushdb()
        mirror.publish(redis, catalog)
        redis.rpush("intake:0", *entries)
        Acceptance(Intake(redis, window=60), engine, lambda _: catalog).accept(0)
        lanes, quota = Lanes(redis), replace(QUOTA, function=catalog.functions_of(destination)[0])
        sizes = []
        lanes.flush("lapsed")
        while redis.hlen("rows:lapsed"):
            batch = cut(lanes, quota)
            begin(lanes, batch)
            sizes.append(batch.rows)
            lanes.settle(batch, ())
        return len(sizes), sum(sizes), len(entries) - sum(sizes)

    return run


@pytest.mark.parametrize("destination", [EVENT, EXPORT], ids=["event", "export"])
@pytest.mark.parametrize(
    ("rows", "calls"),
    [
        pytest.param("a1 b2 c3 d4", (2, 4, 0), id="nothing shared"),
        pytest.param("a1 b1 c1 d1", (4, 4, 0), id="one recipient"),
        pytest.param("a1 b1 c2 d2 e3", (2, 5, 0), id="two pairs"),
    ],
)
def test_a_recipient_is_in_each_call_once(cut_calls, destination, rows, calls):
    entries = [entry(*each) for each in rows.split()]

    assert expected_calls(destination, entries) == calls
    assert cut_calls(destination, entries) == calls


@pytest.mark.parametrize("destination", [EVENT, EXPORT], ids=["event", "export"])
def test_it_is_reported_where_there_may_be_more_calls(destination):
    shared, apart = [entry("a", "1"), entry("b", "1")], [entry("a", "1"), entry("b", "2")]

    assert [expect_calls(destination, rows).may_be_more for rows in (shared, apart)] == [True, False]
    assert next(destination_lines(expect_calls(destination, shared))) == "lapsed: 2 rows, at least 2 calls"


def test_occurrences_of_a_profile_go_in_calls_of_their_own():
    assert expected_calls(EVENT, [entry("a", "1")] * 3 + [entry("b", "2")] * 2) == (3, 5, 0)


def test_a_newer_state_overlays_only_where_nobody_shares_the_recipient():
    alone = [entry("a", "1"), entry("b", "2"), entry("a", "1")]
    shared = [entry("a", "1"), entry("b", "1"), entry("a", "1")]

    assert expected_calls(EXPORT, alone) == (1, 2, 1)
    assert expected_calls(EXPORT, shared) == (3, 3, 0)


def test_a_row_goes_with_others_after_the_call_with_its_recipient_was_cut():
    assert expected_calls(EVENT, [entry(*each) for each in "a1 b2 c3 d4 e1 f1".split()]) == (3, 6, 0)


@pytest.mark.parametrize("seed", range(3))
def test_the_expected_calls_are_the_fewest(cut_calls, seed):
    """Rows of one recipient may come when no others are left to go with."""
    chance = random.Random(seed)
    destination = replace(EVENT, max_rows=20)
    entries = [entry(f"p{n}", str(chance.randrange(150))) for n in range(200)]

    (calls, rows, _), found = expected_calls(destination, entries), cut_calls(destination, entries)

    assert rows == found[1] == 200
    assert calls <= found[0] <= calls + 5
