"""Hard bounces, out of files that were landed and folded."""

import pytest
from sqlalchemy import select

from pipeline.profiles.fold import Folding
from pipeline.rules.hard_bounces import bounced_people
from pipeline.stores.event_tables import handles
from tests.event_files.folder import land

HEADER = "RIID,EVENT_CAPTURED_DT,EMAIL,BOUNCE_TYPE,REASON\n"


def people_of(connection, *riids):
    query = select(handles.c.value, handles.c.person).where(handles.c.kind == "riid")
    found = dict(connection.execute(query).all())
    return {riid: found[riid] for riid in riids}


@pytest.mark.parametrize(
    ("kinds", "is_hard"), [("H", True), ("S", False), ("SH", True), ("HS", True), ("SS", False), ("", False)]
)
def test_a_hard_bounce_is_known_by_its_type(events, tmp_path, kinds, is_hard):
    path = tmp_path / "12_BOUNCE_20260105_000000.txt"
    rows = [f"1,0{n}-Jan-2026 14:03:22,a@example.com,{kind},X\n" for n, kind in enumerate(kinds, 1)]
    path.write_text(HEADER + "".join(rows) + "2,05-Jan-2026 14:03:22,b@example.com,S,Y\n")
    land(events, [path])
    Folding(events).run()

    with events.connect() as connection:
        people = people_of(connection, "2", *("1" if kinds else ""))
        found = bounced_people(connection, people.values())

    assert found == ({people["1"]} if is_hard else set())


def test_nobody_has_bounced_where_no_file_was_landed(events):
    with events.connect() as connection:
        assert bounced_people(connection, {1, 2}) == set()
