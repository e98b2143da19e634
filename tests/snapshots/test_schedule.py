from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from pipeline.model.source import SqlSource
from pipeline.records.catalog import Catalog
from pipeline.snapshots.schedule import due
from pipeline.stores.snapshot_tables import snapshots


def source(name="quiet", **changes):
    return SqlSource(**{"audience": name, "url": "sqlite://", "query": "", "every": 5, **changes}, name=name)


def catalog(*sources):
    return Catalog(1, sources={each.name: each for each in sources})


class Turns:
    """Takes each duty once, and remembers for how long."""

    def __init__(self):
        self.taken = {}

    def __call__(self, duty, seconds):
        return self.taken.setdefault(duty, seconds) is seconds


def test_a_source_is_due_once_in_its_interval(engine):
    turns = Turns()
    known = catalog(source(every=5.0))

    assert list(due(known, engine, turns)) == ["quiet"]
    assert turns.taken == {"source:quiet:5": 300, "interrupted": 60}


def test_a_new_interval_counts_at_once(engine):
    turns = Turns()
    list(due(catalog(source(every=1440)), engine, turns))

    assert list(due(catalog(source(every=5)), engine, turns)) == ["quiet"]


def test_a_disabled_source_is_never_due(engine):
    assert list(due(catalog(source(enabled=False)), engine, Turns())) == []


@pytest.mark.parametrize(
    ("phase", "owner", "silent", "again"),
    [
        ("sending", None, 0, True),
        ("sending", "1", 61, True),
        ("reading", "1", 61, True),
        ("sending", "1", 50, False),
        ("reading", None, 61, False),
        ("done", None, 61, False),
        ("stopped", None, 61, False),
    ],
)
def test_an_interrupted_run_is_taken_up_within_a_minute(engine, phase, owner, silent, again):
    then = datetime.now(UTC) - timedelta(seconds=silent)
    row = {
        "audience": "quiet",
        "run": "1",
        "source": "quiet",
        "phase": phase,
        "owner": owner,
        "alive_at": then,
    }
    with engine.begin() as connection:
        connection.execute(insert(snapshots).values(row))

    found = list(due(catalog(source()), engine, lambda duty, _: duty == "interrupted"))

    assert found == (["quiet"] if again else [])
