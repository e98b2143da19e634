"""Entries get the verdicts of their batches."""

from datetime import UTC, datetime
from itertools import permutations

import pytest
from sqlalchemy import insert, select

from pipeline.runtime.entry_verdicts import take_verdicts
from pipeline.settle.witness_notes import WitnessNote
from pipeline.stores.stream_tables import entries

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def take(sqlite_events):
    """Takes verdicts of an entry, each twice, and returns its state and code."""

    def take(*verdicts, state="entered"):
        with sqlite_events.begin() as connection:
            connection.execute(entries.delete())
            row = {"rule": "r", "source": "s", "record": "x", "state": state, "asked_at": NOW}
            connection.execute(insert(entries).values(key="k", activation="k", **row))
            for verdict in [*verdicts, *verdicts]:
                noted = [{"id": "k", "verdict": verdict}, {"id": None, "verdict": verdict}]
                take_verdicts(connection, [WitnessNote("b", "d", "acme", NOW, noted)])
            chosen = select(entries.c.state, entries.c.verdict, entries.c.sent_at)
            return tuple(connection.execute(chosen).one())

    return take


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("delivered", ("sent", "", NOW)),
        ("unchanged", ("sent", "", NOW)),
        ("Timeout", ("unknown", "Timeout", None)),
        ("NO_RECORD_FOUND", ("refused", "NO_RECORD_FOUND", None)),
    ],
)
def test_an_entry_gets_the_verdict_of_its_activation(take, verdict, expected):
    assert take(verdict) == expected


def test_of_several_destinations_the_best_verdict_counts_in_whatever_order(take):
    for verdicts in permutations(["delivered", "Timeout", "NO_RECORD_FOUND"]):
        assert take(*verdicts)[0] == "sent"
    for verdicts in permutations(["OutcomeUnknown", "NO_RECORD_FOUND"]):
        assert take(*verdicts)[0] == "unknown"


def test_an_entry_that_was_put_off_again_keeps_its_state(take):
    assert take("delivered", state="put_off")[0] == "put_off"
