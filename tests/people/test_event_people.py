"""People of event files and of Salesforce are the same people."""

import json

from sqlalchemy import insert, select

from pipeline.event_files.landing import open_landing
from pipeline.people.assign import assign
from pipeline.people.record_identity import sha256
from pipeline.stores.people_tables import handles
from pipeline.stores.stream_tables import entries, records
from tests.event_files.folder import IMPORT, export, land, land_one
from tests.people.records import NOW, open_conflicts, record, take

LEAD, CONTACT = "00Q000000000001AAA", "003000000000001AAA"

HEADER = "RIID,EVENT_CAPTURED_DT,EMAIL\n"


def file_with(folder, number, *rows):
    path = folder / f"1234_CLICK_2026010{number}_000000.txt"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return path


def land_rows(engine, folder, number, *rows):
    land(engine, [file_with(folder, number, *rows)])


def test_a_file_tells_the_address_that_a_record_has_as_a_digest(events, tmp_path):
    (person,) = take(events, record(LEAD, "ada@example.com"))

    land_rows(events, tmp_path, 1, "7,05-Jan-2026 14:03:22,Ada@example.com")

    with events.connect() as connection:
        label = select(handles.c.label, handles.c.person).where(handles.c.value == sha256("ada@example.com"))
        assert tuple(connection.execute(label).one()) == ("ada@example.com", person)
    assert [json.loads(line)["email"] for line in export(events).splitlines()] == ["ada@example.com"]
    assert take(events, record(CONTACT, riid="7")) == [person]


def test_numbers_follow_the_texts_of_a_file_and_no_chance(events, tmp_path):
    rows = [f"{riid},05-Jan-2026 14:03:22,p{riid}@example.com" for riid in range(199, 99, -1)]
    land_rows(events, tmp_path, 1, *rows)

    with events.connect() as connection:
        told = [tuple(row) for row in connection.execute(select(handles).order_by(handles.c.id))]
    assert len(told) == 200
    assert told == sorted(told, key=lambda handle: handle[1:4])  # kind, scope, value


def test_a_riid_that_a_record_told_before_any_file_is_the_files(events, tmp_path):
    with events.begin() as connection:
        (person,) = assign(connection, [record(LEAD, "ada@example.com", riid="7")], "")

    land_rows(events, tmp_path, 1, "7,05-Jan-2026 14:03:22,")

    with events.connect() as connection:
        riids = select(handles.c.scope, handles.c.value, handles.c.person).where(handles.c.kind == "riid")
        assert [tuple(row) for row in connection.execute(riids)] == [("1234", "7", person)]


def test_a_row_that_connects_two_people_moves_their_records_and_ends_their_conflict(events, tmp_path):
    lead, contact = record(LEAD, "ada@example.com", riid="7"), record(CONTACT, "a.l@example.com", riid="8")
    take(events, lead, contact)
    take(events, record(CONTACT, "a.l@example.com", riid="7"))
    with events.begin() as connection:
        assert len(open_conflicts(connection)) == 1
        body = {"stamp": 1, "digest": "d", "body": "[{},{}]", "person": contact.person}
        connection.execute(insert(records).values(source="people", record=CONTACT, **body))
        entry = {"rule": "r", "source": "people", "record": CONTACT, "state": "entered", "asked_at": NOW}
        connection.execute(insert(entries).values(key="k", person=contact.person, **entry))

    land_rows(events, tmp_path, 1, "7,05-Jan-2026 14:03:22,a.l@example.com")

    again = record(CONTACT, "a.l@example.com", riid="7")
    assert take(events, again) == [lead.person]
    with events.connect() as connection:
        assert open_conflicts(connection) == []
        moved = (connection.scalar(select(table.c.person)) for table in (records, entries))
        assert list(moved) == [lead.person, lead.person]


def test_a_merge_counts_in_the_file_that_lands_next(events, tmp_path):
    """A landing remembers the people of earlier files."""
    take(events, record(LEAD, "ada@example.com"), record(CONTACT, "byron@example.com", "Byron"))
    with open_landing(events, tmp_path) as landing:
        land_one(events, landing, file_with(tmp_path, 1, "8,05-Jan-2026 14:03:22,byron@example.com"), IMPORT)

        (person,) = take(events, record(LEAD, "ada@example.com", contact=CONTACT))
        land_one(events, landing, file_with(tmp_path, 2, "9,06-Jan-2026 14:03:22,byron@example.com"), IMPORT)

    assert take(events, record("003000000000002AAA", riid="9", family="Byron")) == [person]
