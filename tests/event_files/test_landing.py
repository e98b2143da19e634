"""Landing: awkward files, and the lines that they leave in the quarantine."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from pipeline.event_files.event_rows import insert_events
from pipeline.event_files.landing import open_landing
from pipeline.event_files.plain_file import FileFailed, Landed
from pipeline.stores.event_tables import event_files, event_folds, event_lines, responsys_events
from tests.event_files.folder import IMPORT, enter, export, land
from tests.profiles.reference import parsed

HEADER = b"RIID,EVENT_CAPTURED_DT,EMAIL,OFFER_NAME\n"
AT = b"05-Jan-2026 14:03:22"
NAME = "12_CLICK_20260105_000000.txt"


@pytest.fixture
def spool(tmp_path):
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


@pytest.fixture
def write(spool):
    def write(content, name=NAME):
        path = spool / name
        path.write_bytes(content)
        return path

    return write


def bad_lines(engine):
    with engine.connect() as connection:
        query = select(event_lines.c.line, event_lines.c.reason).order_by(event_lines.c.line)
        return [tuple(row) for row in connection.execute(query)]


def stored(engine):
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(responsys_events))


def test_bad_records_go_to_the_quarantine_with_their_physical_lines(events, write):
    path = write(
        HEADER
        + b'1,%s,a@example.com,"two\nlines"\n' % AT  # lines 2 and 3
        + b"\n"
        + b"1,%s\n" % AT  # 5
        + b"1,%s,,,\n" % AT
        + b"1,5 January 2026,,\n"  # 7
        + b"x,%s,a@example.com,\n" % AT
        + b",%s,nobody,\n" % AT  # 9
        + b'1,%s,a@example.com,"open\n' % AT
        + b"2,%s,b@example.com,a\0b\n" % AT  # 11
        + b"2,%s,b@example.com,\xff\n" % AT
        + b'3,%s,"c@example.com" x,\n' % AT  # 13
        + b'4,%s,d@example.com,"say ""hi"", you"\n' % AT
        + b"5,%s,e@example.com,null" % AT  # 15
    )

    [landed] = land(events, [path])

    cells = "its number of cells is not the header's, or its quotes do not close"
    assert landed == Landed(lines=12, events=3, new=3, quarantined=9)
    assert bad_lines(events) == [
        (5, cells),
        (6, cells),
        (7, "EVENT_CAPTURED_DT is no time such as 05-Jan-2026 14:03:22"),
        (8, "RIID is no whole number below 2^64"),
        (9, "it has neither a RIID nor an address"),
        (10, cells),
        (11, "it has a NUL character"),
        (12, "it has bytes that are no text in the import's encoding"),
        (13, cells),
    ]
    assert [profile.get("rs_offers") for profile in parsed(export(events))] == [
        ["two\nlines"], ['say "hi", you'], None,
    ]  # fmt: skip


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_line_ends_and_encodings_do_not_matter(sqlite_events, write, line_end, encoding):
    text = (HEADER + b"1,%s,a@example.com,x\n2,%s,b@example.com," % (AT, AT)).decode() + "Schuhe für 5 €\n"
    path = write(text.encode(encoding).replace("\n".encode(encoding), line_end.decode().encode(encoding)))
    if encoding == "utf-16":
        path.write_bytes(text.replace("\n", line_end.decode()).encode("utf-16"))

    [landed] = land(sqlite_events, [path], replace(IMPORT, encoding=encoding.removesuffix("-sig")))

    assert landed == Landed(lines=2, events=2, new=2, quarantined=0)
    assert parsed(export(sqlite_events))[1]["rs_offers"] == ["Schuhe für 5 €"]


def test_mixed_line_ends_keep_the_numbers_of_lines(sqlite_events, write):
    path = write(HEADER + b"1,%s,,\r\n2,%s,,\n\r\nbad\r\n3,%s,,x\ry\n" % (AT, AT, AT))

    [landed] = land(sqlite_events, [path])

    assert landed == Landed(lines=4, events=3, new=3, quarantined=1)
    assert [line for line, _ in bad_lines(sqlite_events)] == [5]


@pytest.mark.parametrize("length", [20 << 20, 3 << 19], ids=["20 MiB", "1.5 MiB"])
def test_a_line_of_megabytes_does_not_hide_the_others(sqlite_events, write, length):
    path = write(HEADER + b"1,%s,,\n2,%s,,%s\n3,%s,,\n" % (AT, AT, b"x" * length, AT))

    [landed] = land(sqlite_events, [path])

    assert landed == Landed(lines=3, events=2, new=2, quarantined=1)
    assert bad_lines(sqlite_events) == [(3, "it is longer than 1 MiB")]


@pytest.mark.parametrize("content", [b"", b"\n\n", HEADER, HEADER.strip(), b"\xef\xbb\xbf" + HEADER])
def test_a_file_without_records_is_landed(sqlite_events, write, content):
    [landed] = land(sqlite_events, [write(content)])

    assert landed == Landed(0, 0, 0, 0)
    with sqlite_events.connect() as connection:
        assert connection.scalar(select(event_files.c.state)) == "landed"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"RIID,EMAIL\n1,a@example.com\n", "no column EVENT_CAPTURED_DT; it has: RIID, EMAIL$"),
        (
            b"EVENT_CAPTURED_DT,X\n",
            "no column RIID or EMAIL or EMAIL_ADDRESS_; it has: EVENT_CAPTURED_DT, X$",
        ),
        (b"RIID,riid,EVENT_CAPTURED_DT\n", "a column twice: RIID$"),
        (b"RIID|EVENT_CAPTURED_DT\n", r'no column .* \(is its delimiter "\|"\?\)$'),
        (b"1,05-Jan-2026 14:03:22,ada@example.com\n", "DT; its first line seems to be no header$"),
        (b"PK\x03\x04\x00\x00", "DT; its first line seems to be no header$"),
        ((HEADER + b"1,x,,\n").decode().encode("utf-16"), 'set encoding = "utf-16"$'),
        ((HEADER + b"1,x,,\n").decode().encode("utf-16-be"), 'set encoding = "utf-16"$'),
    ],
)
def test_an_unreadable_header_fails_the_whole_file(sqlite_events, write, content, reason):
    with pytest.raises(FileFailed, match=reason):
        land(sqlite_events, [write(content)])

    assert stored(sqlite_events) == 0


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_without_a_mark(sqlite_events, write, codec):
    path = write((HEADER + b"1,%s,,x\n" % AT).decode().encode(codec))

    [landed] = land(sqlite_events, [path], replace(IMPORT, encoding="utf-16"))

    assert landed == Landed(lines=1, events=1, new=1, quarantined=0)


@pytest.mark.parametrize(
    ("encoding", "content", "reason"),
    [
        ("utf-16", HEADER, '^it cannot be read in the import\'s encoding, "utf-16"$'),
        ("utf-32", HEADER, '^it cannot be read in the import\'s encoding, "utf-32"$'),
        ("windows-1252", b"\xef\xbb\xbf" + HEADER, '^it is in UTF-8, and .* set encoding = "utf-8"$'),
    ],
)
def test_a_file_in_another_encoding_fails_alone(sqlite_events, write, encoding, content, reason):
    with pytest.raises(FileFailed, match=reason):
        land(sqlite_events, [write(content)], replace(IMPORT, encoding=encoding))

    assert stored(sqlite_events) == 0


def test_a_wrong_count_fails_the_whole_file(sqlite_events, write):
    path = write(HEADER + b"1,%s,,\nbad\n" % AT)

    with pytest.raises(FileFailed, match=r"^it has 2 records; its count file says 3$"):
        land(sqlite_events, [path], expected_lines=3)

    assert stored(sqlite_events) == 0
    assert land(sqlite_events, [path], expected_lines=2)[0].new == 1


def test_equal_rows_count_as_often_as_the_file_with_most_of_them_has_them(events, write):
    row = b"1,%s,a@example.com,\n" % AT
    other = b"EVENT_CAPTURED_DT;RIID;CUSTOM;EMAIL\n" + b'"%s";"01";"c";"A@example.com"\n' % AT * 3
    paths = [
        write(HEADER + row * 2),
        write(other, "12_CLICK_20260105_000001.txt"),
        write(HEADER + row + b"2,%s,,\n" % AT, "12_CLICK_20260105_000002.txt"),
    ]

    [first] = land(events, paths[:1])
    [second] = land(events, paths[1:2], replace(IMPORT, delimiter=";"), part_bytes=60)
    [third] = land(events, paths[2:])

    assert (first.new, second.new, third.new) == (2, 1, 1)
    assert (second.differing, third.differing) == (0, 0)  # custom columns may differ
    assert [profile["email_click_ct"] for profile in parsed(export(events))] == [3, 1]


def test_duckdb_is_opened_for_new_content_alone(sqlite_events, write, monkeypatch):
    content = HEADER + b"1,%s,,\n" % AT
    land(sqlite_events, [write(content)])
    monkeypatch.delattr("pipeline.event_files.landing.open_scratch")

    [again] = land(sqlite_events, [write(content, "12_CLICK_20260105_000001.txt")])

    assert (again.events, again.new) == (1, 0)


def test_content_that_was_landed_under_another_name_is_not_read_again(sqlite_events, write):
    content = HEADER + b"1,%s,,\n" % AT
    paths = [write(content), write(content, "12_CLICK_20260105_000001.txt")]

    assert land(sqlite_events, paths)[1] == Landed(lines=1, events=1, new=0, quarantined=0)


def test_two_imports_of_one_folder_count_an_event_once(events, write):
    path = write(HEADER + b"1,%s,,\n" % AT + b"bad,%s,,\n" % AT)

    [first] = land(events, [path])
    [second] = land(events, [path], replace(IMPORT, name="other"))

    assert (first.new, first.quarantined) == (1, 1)
    assert (second.new, second.quarantined) == (0, 1)
    assert [profile["email_click_ct"] for profile in parsed(export(events))] == [1]


def test_a_time_in_the_future_counts_as_it_is_written(events, write):
    land(events, [write(HEADER + b"1,05-Jan-2099 14:03:22,,\n")])

    assert parsed(export(events))[0]["email_last_click_ts"] == "2099-01-05T14:03:22Z"


def test_a_time_with_a_space_for_a_digit_is_none(sqlite_events, write):
    texts = [" 5-Jan-2026 14:03:22", "05-Jan-202  14:03:22", "05-Jan-2026  4:03:22", "05-Jan-2026 14:03:2\t"]
    path = write(
        HEADER + "".join(f'"1","{text}","",""\n' for text in [*texts, "05-Jan-2026 04:03:02"]).encode()
    )

    [landed] = land(sqlite_events, [path])

    assert (landed.events, landed.quarantined) == (1, 4)


@pytest.mark.parametrize("day", ["01-Jan-0000", "01-Jan-0001", "31-Dec-1899", "01-Jan-9000", "31-Dec-9999"])
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_a_time_beyond_calendars_stops_no_other(sqlite_events, write, day, zone):
    path = write(HEADER + b"1,%s 23:59:59,,\n2,%s,,\n" % (day.encode(), AT))

    [landed] = land(sqlite_events, [path], replace(IMPORT, time_zone=zone))

    assert (landed.new, landed.quarantined) == (1, 1)
    assert len(parsed(export(sqlite_events))) == 1


def test_a_known_event_with_another_value_is_reported(events, write):
    first = write(HEADER + b"1,%s,,Shoes\n2,%s,,\n" % (AT, AT))
    second = write(HEADER + b"1,%s,,Boots\n2,%s,,\n" % (AT, AT), "12_CLICK_20260105_000001.txt")

    landed = land(events, [first, second])[1]

    assert (landed.new, landed.differing) == (0, 1)
    assert landed.remark == "1 known event came again with other values; the first ones stay"


def test_a_landing_that_was_interrupted_goes_on_at_its_position(events, write, spool, monkeypatch):
    path = write(HEADER + b"".join(b"%d,%s,a%d@example.com,\n" % (n, AT, n) for n in range(40)))
    file = enter(events, path)
    calls = iter(range(100))

    def failing(*arguments):
        if next(calls) == 2:
            raise OSError("the disk is full")
        return insert_events(*arguments)

    monkeypatch.setattr("pipeline.event_files.part_store.insert_events", failing)
    with open_landing(events, spool, part_bytes=400) as landing:
        with pytest.raises(OSError, match="disk is full"):
            landing.land(file)
        partly = stored(events)
        landed = landing.land(file)

    assert 0 < partly < 40
    assert landed == Landed(lines=40, events=40, new=40, quarantined=0)
    assert len(parsed(export(events))) == 40
    assert sorted(path.name for path in spool.iterdir()) == [NAME]


def test_rows_that_are_older_than_what_is_kept_are_reported_apart(sqlite_events, write):
    with sqlite_events.begin() as connection:
        connection.execute(event_folds.update().values(horizon=20458))  # 2026-01-05

    [landed] = land(sqlite_events, [write(HEADER + b"1,%s,,\n1,06-Jan-2026 00:00:00,,\n" % AT)])

    assert landed == Landed(lines=2, events=1, new=1, quarantined=1)
    assert bad_lines(sqlite_events) == [(2, "it is older than what is kept")]


@pytest.mark.parametrize("builtin", ["OFFER_NAME", "offer_name"])
def test_renamed_columns_are_read_as_the_built_in_ones(sqlite_events, write, builtin):
    path = write(b"RIID,EVENT_CAPTURED_DT,MY_OFFER,OFFER_NAME\n1,%s,Shoes,other\n" % AT)

    land(sqlite_events, [path], replace(IMPORT, columns={builtin: "my_offer"}))

    assert parsed(export(sqlite_events))[0]["rs_offers"] == ["Shoes"]
