"""Notes of what acceptance refuses: streams, rules and pairs are told, others are not."""

import json
from dataclasses import replace

import pytest

from pipeline.accept.acceptance import Acceptance
from pipeline.accept.intake import Intake
from pipeline.records import mirror
from pipeline.records.catalog import Catalog
from pipeline.settle.witness_notes import read_notes
from tests.accept.test_acceptance import ACME, LAPSED, entry
from tests.pairs.environment import CONTACTS


@pytest.fixture
def accept(redis, engine):
    """Accepts entries that a source feeds, and returns the rows of the notes."""

    def accept(audience, *entries):
        source = replace(CONTACTS, audience=audience)
        catalog = Catalog(1, {"acme": ACME}, {"lapsed": LAPSED}, sources={"contacts": source})
        mirror.publish(redis, catalog)
        redis.rpush("intake:0", *map(json.dumps, entries))
        Acceptance(Intake(redis, window=3600), engine, lambda _: catalog).accept(0)
        with engine.connect() as connection:
            return read_notes(connection, 10)

    return accept


def test_a_refused_row_of_a_source_is_told(accept):
    [note] = accept("lapsed-buyers", entry("p1"), entry("p2", id="pair:2", identifiers={"riid": "x"}))

    assert (note.destination, note.connector) == ("lapsed", "acme")
    assert [(row["id"], row["profile_id"], row["verdict"]) for row in note.rows] == [
        ("pair:2", "p2", "Invalid")
    ]


def test_refusals_of_other_audiences_are_not_told(accept):
    assert accept("others", entry("p2", identifiers={"riid": "x"})) == []


def test_an_entry_that_no_destination_takes_is_not_told(accept):
    assert accept("strangers", entry("p2", audience="strangers")) == []
