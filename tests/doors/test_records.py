"""Doors of records: rows of a query, of an org's answer, of members, and cells of event files."""

import json
from contextlib import suppress
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, text

from pipeline.errors import Held, RetryLater
from pipeline.model.activation import Invalid
from pipeline.model.mapped_variable import MappedVariable
from pipeline.model.mapping import RecordMapping
from pipeline.model.record_reader import Position
from pipeline.model.source import SalesforceSource, SqlSource
from pipeline.people.assign import assign
from pipeline.produce.many import read_row
from pipeline.salesforce.record_reader import SalesforceRecordReader
from pipeline.snapshots.query import read_query
from pipeline.stores.database import open_database
from pipeline.stores.event_tables import event_lines, responsys_events
from pipeline.streams.followers import NoFollower
from pipeline.streams.page_mode import PageMode
from pipeline.streams.page_taking import PageTaking
from pipeline.wire.transport import decoded
from tests.event_files.folder import land
from tests.nasty_values import TEXTS, UTF_8_TEXTS, values
from tests.snapshots.test_query import NOON

ODD = values()
FIELDS = {
    "text": "Title", "choice": "Kind", "flag": "Flag", "whole": "Whole", "number": "Number", "day": "Day",
    "moment": "Moment", "set": "Set", "email": "Mail", "phone": "Phone", "id": "Other",
}  # fmt: skip
MAPPING = RecordMapping(
    "person",
    {
        kind: MappedVariable(kind, {"": name}, kind, values={"A": "a"} if kind == "choice" else {}, other="b")
        for kind, name in FIELDS.items()
    }
    | {"firm": MappedVariable("firm", {"": "Account.Name"})},
)
LEADS = SalesforceSource(
    name="leads", every=2, audience="people", connector="crm", object="Contact", mapping="person",
    key_fields=("Key",),
)  # fmt: skip
GOOD = {"Id": "003000000000001AAA", "SystemModstamp": "2026-11-30T10:00:00.000+0000", "IsDeleted": False,
        "Email": "a@example.com", "LastName": "A", "MasterRecordId": None, "Account": {"Name": "Firm"},
        "Key": "k", **dict.fromkeys(FIELDS.values())}  # fmt: skip


@pytest.mark.parametrize("value", UTF_8_TEXTS.values(), ids=UTF_8_TEXTS)
def test_rows_of_a_query_are_taken_or_refused_alone(tmp_path, value):
    source = warehouse(tmp_path, value)

    lines = list(read_query(source, NOON))

    assert [lines[0].row["profile_id"], lines[-1].row["profile_id"]] == ["a", "z"]
    for line in lines:
        try:
            read_row(line.row, "people")
        except Invalid as error:
            json.dumps(error.messages)


def warehouse(folder, value):
    """Make a table with a value in each of its columns, as text, bytes and, if it is one, number."""
    path = folder / "warehouse.db"
    engine = open_database(f"sqlite:///{path}")
    columns = ("profile_id", "email", "riid", "tier")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE people (profile_id, email, riid, tier)"))
        rows = [["a", "a@example.com", 1, "x"]]
        for odd in (value, value.encode(), 1e400, 2**63 - 1, 0.5, None):
            rows += [[odd if place == n else "x" for place in range(4)] for n in range(4)]
        for row in [*rows, ["z", "z@example.com", 2, "x"]]:
            marks = dict(zip(columns, row, strict=True))
            connection.execute(text("INSERT INTO people VALUES (:profile_id, :email, :riid, :tier)"), marks)
    engine.dispose()
    return SqlSource(
        name="q", audience="people", url=f"sqlite:///{path}", query="SELECT * FROM people", every=60
    )


@pytest.fixture
def take(events):
    """Reads one page with these rows, and takes its records."""

    def take(*rows):
        answer = decoded(json.dumps({"totalSize": len(rows), "done": True, "records": rows}).encode())
        connector = SimpleNamespace(zone="UTC", riid_field="", base="/services/data/v66.0")
        client = SimpleNamespace(connector=connector, org="00D000000000001", now=0)
        reader = SalesforceRecordReader(LEADS, MAPPING, client, lambda _: answer)
        page = reader.page(Position())
        taking = PageTaking("leads", "people", NoFollower())
        with events.begin() as connection:
            assign(connection, page.records)
            taking.take(connection, page.records, PageMode(1), {})
        return len(page.records)

    return take


STRUCTURE = [name for name in GOOD if name not in FIELDS.values()]


def test_values_of_fields_are_taken_or_left_out(take):
    odd = [{place: value} for place in FIELDS.values() for value in ODD.values()]

    assert take(*[{**GOOD, "Id": f"003{n:012}AAA", **each} for n, each in enumerate(odd)]) == len(odd)


@pytest.mark.parametrize("place", STRUCTURE)
def test_rows_of_another_shape_are_refused_by_name(take, place):
    odd = [{**GOOD, place: value} for value in ODD.values()]
    odd += [{name: value for name, value in GOOD.items() if name != place}, [], None, "x", 1]
    for row in odd:
        with suppress(RetryLater, Held):
            take(row)

    assert take({**GOOD, "Id": "003000000000002AAA"}) == 1


@pytest.mark.parametrize("odd", [{}, {"Id": None}, {"Id": 7}, {"Id": ["x"]}, {"Id": ""}])
def test_a_row_without_a_usable_id_is_named(take, odd):
    row = {**GOOD, **odd} if odd else {name: value for name, value in GOOD.items() if name != "Id"}

    with pytest.raises(RetryLater, match=r"a query of Contact is not as documented \((a record has no )?Id"):
        take(GOOD, row)


def test_cells_of_event_files_are_stored_or_quarantined_alone(events, tmp_path):
    at, names = "05-Jan-2026 14:03:22", ("RIID", "EVENT_CAPTURED_DT", "EMAIL", "CAMPAIGN_ID", "OFFER_NAME")
    good = ["1", at, "a@example.com", "31", "hats"]
    rows = [
        [cell if n == place else value for n, value in enumerate(good)]
        for cell in map(quoted, TEXTS.values())
        for place in range(len(names))
    ]
    lines = [",".join(cells) for cells in [names, ["8", *good[1:]], *rows, ["9", *good[1:]]]]
    path = tmp_path / "12_CLICK_20260105_000000.txt"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))

    [landed] = land(events, [path])

    with events.connect() as connection:
        stored = connection.scalar(select(func.count()).select_from(responsys_events))
        kept = connection.scalar(select(func.count()).select_from(event_lines))
    assert (stored, kept) == (landed.new, landed.quarantined)
    assert landed.new >= 2


def quoted(cell):
    return '"' + cell.replace('"', '""') + '"'
