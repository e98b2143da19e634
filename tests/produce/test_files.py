"""Reading files of activations."""

import io
from itertools import islice

import pytest

from pipeline.errors import Misconfigured
from pipeline.produce.files import format_of, read
from pipeline.produce.lines import LONGEST_LINE, FileLine


def lines(content, form=None):
    return list(read(io.BytesIO(content), form))


def csv_rows(content):
    return [line.row for line in lines(content)]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.csv", "csv"),
        ("A.CSV", "csv"),
        ("a.jsonl", "jsonl"),
        ("a.ndjson", "jsonl"),
        ("a.txt", None),
        ("<stdin>", None),
    ],
)
def test_a_name_tells_the_format(name, form):
    assert format_of(name) == form


@pytest.mark.parametrize(
    "content", [b'{"a": 1}\n', b'\xef\xbb\xbf{"a": 1}\n', b'\n  {"a": 1}', b'{"a": 1}\r\n\r\n']
)
def test_json_lines_are_reported_by_their_first_character(content):
    assert [line.row for line in lines(content)] == [{"a": 1}]


def test_lines_are_numbered_from_one_and_blank_ones_skipped():
    assert lines(b'{"a": 1}\n\n{"a": 2}') == [FileLine(1, {"a": 1}), FileLine(3, {"a": 2})]


def test_a_line_that_is_not_json_is_a_problem_of_its_own():
    assert lines(b'{"a": 1}\n{"a" 2}\n{"a": "\xff"}\n{"a": 4}\n') == [
        FileLine(1, {"a": 1}),
        FileLine(2, problem="This is not JSON: Expecting ':' delimiter at character 6."),
        FileLine(3, problem="This is not UTF-8: see byte 7."),
        FileLine(4, {"a": 4}),
    ]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_line_without_end_is_not_read_into_memory(form):
    start = b"profile_id,a\n" if form == "csv" else b'{"a": 1}\n'
    last = b"p-1,x\n" if form == "csv" else b'{"a": 2}\n'

    found = lines(start + b"1," + b"x" * (3 * LONGEST_LINE) + b"\n" + last, form)

    assert found[-2] == FileLine(2, problem="This line has more than 1,048,576 bytes.")
    assert found[-1].number == 3
    assert found[-1].row is not None


def test_a_file_of_any_size_is_read_row_by_row():
    class Endless(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, buffer):
            line = b'{"a": 1}\n'
            buffer[: len(line)] = line
            return len(line)

    found = islice(read(io.BufferedReader(Endless())), 3)

    assert [line.number for line in found] == [1, 2, 3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[{}]", "the file is one JSON array; write one object to a line, without commas between"),
        (
            b"email,tier\n",
            "the CSV header has no column profile_id (separators tried: commas, semicolons, tabs, bars); "
            "its columns are: email, tier",
        ),
        (
            b"ada@example.com,gold\n",
            "the CSV header has no column profile_id (separators tried: commas, semicolons, tabs, bars); "
            "its first line looks like data, not like the names of columns, so it is not shown",
        ),
        (b"profile_id,,tier\n", "column 2 of the CSV header has no name"),
        (b"profile_id,tier,tier\n", "the CSV header has columns more than once: tier"),
        (b"profile_id,\xff\n", "the header cannot be read: This is not UTF-8: see byte 11 of line 1."),
    ],
)
def test_what_cannot_be_a_file_of_activations_is_refused(content, message):
    with pytest.raises(Misconfigured) as caught:
        lines(content)

    assert str(caught.value) == message


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_has_no_rows(content):
    assert lines(content) == []


def test_columns_become_fields_identifiers_and_variables():
    content = (
        b"profile_id,call_type,occurred_at,id,email,27,tier,points\n"
        b"p-1,REMOVE,2026-11-21T12:00:00Z,order-7,ada@example.com,123,gold,007\n"
    )

    assert lines(content) == [
        FileLine(
            2,
            {
                "profile_id": "p-1",
                "call_type": "REMOVE",
                "occurred_at": "2026-11-21T12:00:00Z",
                "identifiers": {"email": "ada@example.com", "27": "123"},
                "variables": {"id": "order-7", "tier": "gold", "points": "007"},
            },
        )
    ]


def test_without_a_column_every_row_is_an_add():
    assert csv_rows(b"profile_id\np-1\n") == [
        {"profile_id": "p-1", "call_type": "ADD", "identifiers": {}, "variables": {}}
    ]


def test_an_empty_cell_is_absent():
    """And an empty call_type is no ADD: whoever has that column means to fill it."""
    assert csv_rows(b"profile_id,call_type,email,tier\np-1,,,\n") == [
        {"profile_id": "p-1", "identifiers": {}, "variables": {}}
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_header_tells_the_separator(separator):
    content = f"profile_id{separator}tier\r\np-1{separator}gold\r\n".encode()

    assert [row["variables"] for row in csv_rows(content)] == [{"tier": "gold"}]


def test_ragged_rows_are_problems_that_name_both_counts():
    assert lines(b"profile_id,tier\np-1,gold,extra\np-2\n\np-3,gold\n")[:2] == [
        FileLine(2, problem="The header has 2 columns, and this row 3."),
        FileLine(3, problem="The header has 2 columns, and this row 1."),
    ]


def test_a_cell_may_span_lines():
    first, second = lines(b'profile_id,note\np-1,"one\ntwo"\np-2,x\n')

    assert (first.number, first.row["variables"]) == (2, {"note": "one\ntwo"})
    assert second.number == 4


def test_a_quote_that_is_not_closed_is_found():
    *_, last = lines(b'profile_id,note\np-1,x\np-2,"one\np-3,x\n')

    assert last == FileLine(
        3,
        problem="This is not CSV (unexpected end of data); look for a quote that is not closed. "
        "It took up lines 3 to 4.",
    )


def test_a_row_of_ever_more_lines_is_not_read_into_memory():
    """Each cell may be short: it is enough that every line ends within quotes."""
    endless = b'p-1,"' + b'x\n","' * LONGEST_LINE

    found = lines(b"profile_id,note\n" + endless + b'x"\np-2,x\n')

    assert "a row of more than 2,097,152 bytes" in found[0].problem
    assert (found[-1].row or {}).get("profile_id") == "p-2"


def test_a_line_in_another_encoding_does_not_stop_the_others():
    first, second = lines("profile_id,name\np-1,Zoë\n".encode("latin-1") + b"p-2,Ada\n")

    assert first == FileLine(2, problem="This is not UTF-8: see byte 6 of line 2.")
    assert second.row["variables"] == {"name": "Ada"}
