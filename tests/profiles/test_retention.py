"""Retention takes events out, profiles keep what they say, and a rebuild forgets nothing of it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from pipeline.event_files.plain_file import Landed
from pipeline.profiles.export import exported_lines
from pipeline.profiles.fold import Folding
from pipeline.profiles.further_field import FurtherField
from pipeline.profiles.retention import Retention, forget_lines
from pipeline.stores.event_tables import event_folds, responsys_events
from tests.event_files.folder import export, land

HEADER = "RIID,EVENT_CAPTURED_DT,EMAIL,OFFER_URL,SIZE\n"
OLD = "1,05-Jan-2026 14:03:22,a@example.com,www.example.com/old,9\n"
NEW = "1,06-Feb-2026 10:00:00,a@example.com,www.example.com/new,10\n2,06-Feb-2026 10:00:00,,,\n"
NOW = datetime(2026, 2, 10, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "12_CLICK_20260105_000000.txt"
    path.write_text(HEADER + OLD + OLD + NEW)
    return path


def stored(engine):
    with engine.connect() as connection:
        events = connection.scalar(select(func.count()).select_from(responsys_events))
        return events, connection.scalar(select(event_folds.c.horizon))


def test_profiles_keep_what_retention_takes_out_of_events(events, path):
    land(events, [path])
    before = export(events)

    assert Retention(events, 30).run(NOW) == 2

    assert stored(events) == (2, 20458)
    assert export(events) == before
    Folding(events).rebuild()
    assert export(events) == before


def test_rows_of_a_day_that_was_taken_out_go_to_the_quarantine(events, path):
    land(events, [path])
    export(events)
    Retention(events, 30).run(NOW)
    late = path.with_name("12_CLICK_20260105_000001.txt")
    late.write_text(HEADER + OLD + "3,05-Jan-2026 23:00:00,,,\n" + NEW)

    assert land(events, [late]) == [Landed(lines=4, events=2, new=0, quarantined=2)]


def test_events_that_are_not_folded_stay(sqlite_events, path):
    land(sqlite_events, [path])

    assert Retention(sqlite_events, 30).run(NOW) == 0
    assert stored(sqlite_events) == (4, None)


def test_days_of_0_keep_events_for_ever(sqlite_events, path):
    land(sqlite_events, [path])
    export(sqlite_events)

    assert Retention(sqlite_events, 0).run(NOW) == 0


def test_retention_has_further_fields_as_well(sqlite_events, path):
    further = [FurtherField("sizes", "set", "SIZE", ("CLICK",))]
    land(sqlite_events, [path])
    Folding(sqlite_events, further).run()

    assert Retention(sqlite_events, 30, further).run(NOW) == 2

    Folding(sqlite_events, further).rebuild()
    assert b'"sizes":["10","9"]' in b"".join(exported_lines(sqlite_events, further))


def test_quarantined_lines_are_forgotten_after_some_days(events, path):
    path.write_text(HEADER + "x,,,,\n")
    land(events, [path])

    assert forget_lines(events, 1) == 0
    assert forget_lines(events, 0) == 1
