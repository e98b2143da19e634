import json

import pytest
from hypothesis import given
from sqlalchemy import text

from pipeline.profiles.export import exported_lines
from pipeline.profiles.fold import Folding
from pipeline.profiles.further_field import FurtherField
from pipeline.stores.people_view import differs, make_view
from tests.event_files.folder import land
from tests.profiles.generated import folders
from tests.profiles.reference import parsed
from tests.profiles.test_exports import IN_ONE_STORE, landed

JSON = {
    "rs_list_id", "rs_categories", "rs_offers", "email_urls", "rs_segments", "hashedurls", "hourly",
    "hour_of_week", "month_of_year", "channels", "last_channel_activities",
}  # fmt: skip


FURTHER = (
    FurtherField("last_offer", "last", "OFFER_NAME", ("CLICK",)),
    FurtherField("greatest", "max", "ORDER_TOTAL"),
    FurtherField("Least", "min", "ORDER_TOTAL"),
    FurtherField("totals", "valuect", "ORDER_TOTAL"),
    FurtherField("offers", "set", "OFFER_NAME"),
    FurtherField("clicks", "count", feeds=("CLICK",)),
)
HEADER = "RIID,EVENT_CAPTURED_DT,EMAIL,OFFER_NAME,ORDER_TOTAL\n"
ROWS = """\
1,05-Jan-2026 14:03:22,a@example.com,Shoes,9
2,06-Jan-2026 14:03:22,a@example.com,Boots,{0}
,07-Jan-2026 14:03:22,a@example.com,,-1.5e2
3,07-Jan-2026 14:03:22,c@example.com,Zoë,
"""


def rows_of(events):
    with events.connect() as connection:
        return connection.execute(text("SELECT * FROM responsys_people")).mappings().all()


@pytest.mark.parametrize("total", ["10", "007", "+.5", "1e3", "2026-01-05", "many", "05-Jan-2026 10:00:00"])
def test_further_fields_are_columns_as_soon_as_they_are_folded(events, tmp_path, total):
    path = tmp_path / "12_CLICK_20260105_000000.txt"
    path.write_text(HEADER + ROWS.format(total))
    land(events, [path])
    Folding(events).run()
    assert "clicks" not in rows_of(events)[0]

    Folding(events, FURTHER).run()

    names = {field.name for field in FURTHER}
    shown = [
        {
            name: json.loads(row[name]) if name in ("totals", "offers") else row[name]
            for name in names
            if row[name] is not None
        }
        for row in rows_of(events)
    ]
    expected = [
        {name: profile[name] for name in names if name in profile}
        for line in exported_lines(events, FURTHER)
        for profile in parsed(line)
    ]
    assert sorted(map(in_text, shown)) == sorted(map(in_text, expected))


def test_the_view_follows_the_fields(events):
    """As after an update of the program, whose profiles have the fields already."""
    Folding(events, FURTHER).run()
    with events.begin() as connection:
        make_view(connection)
    Folding(events, FURTHER).run()
    with events.begin() as connection:
        assert not differs(connection, [(field.name, field.kind) for field in FURTHER])

    Folding(events).run()
    with events.begin() as connection:
        assert not differs(connection, [])


def in_text(profile):
    return json.dumps(profile, sort_keys=True)


@IN_ONE_STORE
@given(files=folders())
def test_the_view_has_what_the_export_has(events, tmp_path, files):
    folder = tmp_path / "spool"
    folder.mkdir(exist_ok=True)
    profiles = parsed(landed(events, folder, files))

    with events.connect() as connection:
        rows = connection.execute(text("SELECT * FROM responsys_people")).mappings().all()

    found = [
        {
            name: json.loads(value) if name in JSON else value
            for name, value in row.items()
            if value not in (None, 0) and name != "person"
        }
        for row in rows
    ]
    in_order = lambda some: sorted(map(in_text, some))  # noqa: E731
    assert in_order(found) == in_order(profiles)


def test_a_view_that_reads_it_stops_no_fold(events, tmp_path, caplog):
    path = tmp_path / "12_CLICK_20260105_000000.txt"
    path.write_text(HEADER + ROWS.format("10"))
    land(events, [path])
    Folding(events, FURTHER).run()
    with events.begin() as connection:
        connection.execute(text("CREATE VIEW clickers AS SELECT person, clicks FROM responsys_people"))

    Folding(events).run()  # without further fields: their columns would go

    with events.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM responsys_people")) == 2
    if events.dialect.name == "postgresql":
        assert "clicks" in rows_of(events)[0]
        assert "view not made anew" in caplog.text
