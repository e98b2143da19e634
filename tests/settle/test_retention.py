"""What is forgotten, and what stays."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from pipeline.settle import dead_letters, retention
from pipeline.settle.dead_letters import DeadLetter
from pipeline.stores.alert_tables import alert_messages
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import batches, folds
from pipeline.stores.outcome_tables import dead_letters as letters

KEEP = retention.Keeping()
LONG_AGO = datetime.now(UTC) - timedelta(days=31)
LATELY = datetime.now(UTC) - timedelta(days=29)


def finish(engine, moment, *ids):
    settled = {"attempt": 1, "rows": 1, "delivered": 1, "rejected": 0, "returned": [], "outcome": "delivered"}
    where = {"destination": "lapsed", "connector": "acme", "action": "custom_event"}
    rows = [{"id": each, **where, **settled, "finished_at": moment} for each in ids]
    with engine.begin() as connection:
        connection.execute(insert(batches), rows)


def keep(engine, letter, state="open", settled=None):
    made = DeadLetter(letter, "acme", "lapsed", "lapsed-buyers", "p-1", "Timeout", "", "{}")
    with engine.begin() as connection:
        dead_letters.store(connection, [made], LONG_AGO)
        connection.execute(
            update(letters).where(letters.c.id == letter).values(state=state, settled_at=settled)
        )


def ids(engine, table):
    with reading(engine) as connection:
        return sorted(connection.scalars(select(table.c.id)))


def test_what_was_settled_long_ago_is_forgotten_and_what_is_open_stays(engine):
    finish(engine, LONG_AGO, "old")
    finish(engine, LATELY, "new")
    keep(engine, "dropped", "dropped", LONG_AGO)
    keep(engine, "replayed", "replayed", LONG_AGO)
    keep(engine, "dropped lately", "dropped", LATELY)
    keep(engine, "open")
    with engine.begin() as connection:
        connection.execute(insert(folds), [{"id": "old", "at": LONG_AGO}, {"id": "new", "at": LATELY}])

    assert retention.prune(engine, KEEP) == 4
    assert ids(engine, batches) == ["new"]
    assert ids(engine, folds) == ["new"]
    assert ids(engine, letters) == ["dropped lately", "open"]


@pytest.mark.parametrize(("times", "left"), [(1, 5), (2, 1), (3, 0)])
def test_no_more_is_forgotten_at_once_than_others_can_wait_for(engine, monkeypatch, times, left):
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(retention, "MAX_TRANSACTIONS", 2)
    finish(engine, LONG_AGO, *(f"b{number}" for number in range(9)))

    for _ in range(times):
        retention.prune(engine, KEEP)

    assert len(ids(engine, batches)) == left


def test_messages_about_alerts_are_forgotten_after_their_fate(engine):
    common = {
        "channel": "ops", "type": "alert.opened", "alert": "a", "body": "{}", "created_at": LONG_AGO,
        "due_at": LONG_AGO, "attempts": 1, "rung": True, "detail": "",
    }  # fmt: skip
    rows = [
        {**common, "id": "old", "state": "delivered", "settled_at": LONG_AGO},
        {**common, "id": "new", "state": "failed", "settled_at": LATELY},
        {**common, "id": "waiting", "state": "waiting", "settled_at": None},
    ]
    with engine.begin() as connection:
        connection.execute(insert(alert_messages), rows)

    retention.prune(engine, KEEP)

    assert ids(engine, alert_messages) == ["new", "waiting"]
