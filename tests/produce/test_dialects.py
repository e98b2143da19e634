"""Tables in any dialect read back equal."""

import codecs
import contextlib
import encodings.aliases
import gzip
import io
import time
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.errors import Misconfigured
from pipeline.model.file_profile import FileProfile
from pipeline.produce.files import read
from pipeline.produce.lines import FileLine
from pipeline.produce.notes import Notes

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\x1a"), max_size=12)
ID = st.text("abcdefghij0123456789-_", min_size=1, max_size=12)


def packed(content, how):
    if how == "gzip":
        return gzip.compress(content)
    if how == "zip":
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("members.csv", content)
            archive.writestr("__MACOSX/._members.csv", b"\0\5\26\7")
        return file.getvalue()
    return content


def written(rows, *, delimiter, end, quoting, encoding, how):
    """``csv.writer`` leaves a line end unquoted that is not that of its lines."""

    def cell(value):
        bare = not quoting and not any(mark in value for mark in [delimiter, '"', "\r", "\n"])
        return value if bare else '"' + value.replace('"', '""') + '"'

    table = [["profile_id", "email", "note, of all", "more\nto say"], *rows]
    text = "".join(delimiter.join(map(cell, row)) + end for row in table)
    return packed(text.encode(encoding), how)


@given(
    rows=st.lists(st.tuples(ID, st.just("ann@example.com"), CELL, CELL), max_size=5),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    how=st.sampled_from(["plain", "gzip", "zip"]),
)
@example([("p", "e@x", 'a"\r\nb', "\r")], ";", "\r", True, "utf-16-be", "zip")
def test_a_table_reads_back_equal(rows, delimiter, end, quoting, encoding, how):
    content = written(rows, delimiter=delimiter, end=end, quoting=quoting, encoding=encoding, how=how)

    lines = list(read(io.BytesIO(content)))

    assert [line.problem for line in lines] == [None] * len(rows)
    assert [
        (line.row["profile_id"], line.row["identifiers"]["email"], line.row["variables"]) for line in lines
    ] == [
        (profile, email, {k: v for k, v in (("note, of all", note), ("more to say", more)) if v})
        for profile, email, note, more in rows
    ]


def one(content, **options):
    notes = Notes()
    lines = list(read(io.BytesIO(content), profile=FileProfile(**options), notes=notes))
    return lines, notes.sentences()


def variables(content, **options):
    return [line.row["variables"] for line in one(content, **options)[0]]


def test_windows_1252_is_read_when_it_is_reported():
    content = "profile_id,name\np-1,Zoë €\n".encode("windows-1252")

    assert variables(content, encoding="windows-1252") == [{"name": "Zoë €"}]


def test_bytes_that_the_encoding_does_not_know_refuse_their_line():
    lines, _ = one(b"profile_id,name\np-1,\x81\np-2,x\n", encoding="windows-1252")

    assert lines[0] == FileLine(2, None, "This is not cp1252: see line 2.")
    assert lines[1].row["profile_id"] == "p-2"


@pytest.mark.parametrize("name", ["nonsense", "hex", "rot13", "idna", "punycode", "undefined", "a\0b"])
def test_an_encoding_that_is_none_is_refused(name):
    with pytest.raises(Misconfigured, match="is not an encoding"):
        one(b"profile_id\np-1\n", encoding=name)


@pytest.mark.parametrize("name", sorted(set(encodings.aliases.aliases.values())))
def test_whatever_a_file_holds_every_encoding_reads_or_refuses_it(name):
    with contextlib.suppress(Misconfigured):
        list(
            read(io.BytesIO(b"profile_id,name\np-1,\x80\xff\x1b$ a-+\n"), profile=FileProfile(encoding=name))
        )


def test_the_column_of_people_cannot_hold_the_ids_as_well():
    with pytest.raises(
        Misconfigured, match='"profile_id" is the profile_id: another column must hold the ids'
    ):
        one(b"profile_id\np-1\n", id_column="profile_id")


def test_a_mark_is_no_part_of_the_first_name():
    for mark in (codecs.BOM_UTF8, b""):
        assert variables(mark + b"profile_id;a\np-1;x\n", encoding="utf-8") == [{"a": "x"}]


def test_the_separator_that_is_given_is_used():
    assert variables(b"profile_id:a\np-1:x\n", delimiter=":") == [{"a": "x"}]


def test_a_line_that_repeats_the_header_is_reported():
    """Files are put behind one another, each with its header, and perhaps its mark."""
    content = b"profile_id,a\np-1,x\n\xef\xbb\xbfprofile_id,a\np-2,y\nprofile_id,a\n"

    lines, sentences = one(content)

    assert [line.row["profile_id"] for line in lines] == ["p-1", "p-2"]
    assert sentences == ["2 lines repeat the header, from line 3 on, and became no row."]


@pytest.mark.parametrize("end", [b"\x1a", b"\x1a\r\n", b"\n \n,\n\x1a"])
def test_an_end_of_file_of_old_programs_is_no_row(end):
    assert variables(b"profile_id,a\r\np-1,x\r\n" + end) == [{"a": "x"}]


def test_cells_beyond_the_header_are_cut_off_while_they_are_empty():
    lines, _ = one(b"profile_id,a\np-1,x,,\np-2,x,,y\n")

    assert lines[0].row["variables"] == {"a": "x"}
    assert lines[1].problem == "The header has 2 columns, and this row 4."


def test_a_value_in_a_column_without_a_name_is_refused():
    lines, _ = one(b"profile_id,a,\np-1,x,\np-2,x,y\n")

    assert lines[0].row["variables"] == {"a": "x"}
    assert lines[1].problem == "Column 3 has no name in the header, and this row has a value in it."


def test_columns_may_be_left_out_and_rows_given_constants():
    content = b"profile_id,EMAIL_DOMAIN_,tier\np-1,example.com,gold\n"

    (line,), _ = one(
        content, columns={"EMAIL_DOMAIN_": ""}, constants={"source": "fair", "call_type": "UPDATE"}
    )

    assert line.row == {
        "profile_id": "p-1",
        "call_type": "UPDATE",
        "identifiers": {},
        "variables": {"source": "fair", "tier": "gold"},
    }


def test_only_known_columns_are_taken_when_asked():
    content = b"profile_id,email,a,b\np-1,ann@example.com,1,2\n"

    (line,), _ = one(content, columns={"b": "points"}, only_columns=True)

    assert (line.row["identifiers"], line.row["variables"]) == ({"email": "ann@example.com"}, {"points": "2"})


def test_words_for_null_are_null_in_variables_and_absent_elsewhere():
    content = b"profile_id,crm_id,tier,city\np-1,NULL,NULL,\\N\np-2,C2,gold,\n"

    lines, _ = one(content, null=("NULL", "\\N"))

    assert [(line.row["identifiers"], line.row["variables"]) for line in lines] == [
        ({}, {"tier": None, "city": None}),
        ({"crm_id": "C2"}, {"tier": "gold"}),
    ]


def test_a_word_for_consent_that_is_not_known_refuses_its_line():
    lines, _ = one(b"profile_id,s\np-1,Subscribed\np-2,maybe\np-3,\n", consent="s")

    assert [line.row and line.row["variables"] for line in lines] == [{"s": "optin"}, None, {}]
    assert lines[1].problem.startswith("Column 2 has no word for consent that is known: subscribed, ")
    assert "maybe" not in lines[1].problem


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"columns": {"a": "profile_id"}}, "more than one column or constant is profile_id"),
        ({"constants": {"a": "1"}}, "more than one column or constant is a"),
        ({"id_column": "b"}, 'there is no column "b"'),
        ({"delimiter": "::"}, '"::" is not a separator: give one character, or "tab"'),
    ],
)
def test_a_profile_that_does_not_fit_is_refused(options, problem):
    with pytest.raises(Misconfigured) as caught:
        one(b"profile_id,a\np-1,x\n", **options)

    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["a.csv", "b.csv"], "the zip file holds 2 files; it must be one"),
        ([], "the zip file holds 0 files; it must be one"),
        (["[Content_Types].xml", "xl/workbook.xml"], 'the file is a workbook; save it as "CSV UTF-8"'),
    ],
)
def test_a_zip_file_holds_one_file(names, problem):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, b"profile_id\np-1\n")

    with pytest.raises(Misconfigured) as caught:
        one(file.getvalue())

    assert str(caught.value) == problem


def test_a_zip_file_that_is_damaged_is_refused():
    content = packed(b"profile_id\np-1\n" * 100, "zip").replace(b"p-1", b"p-2", 1)

    with pytest.raises(Misconfigured, match="the compressed file is cut off or damaged: Bad CRC-32"):
        one(content)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (b'{"profile_id": "p-1", "profile_id": "p-2"}', "profile_id"),
        (b'{"profile_id":"p-1","variables":{"a:b":1,"a:b":2}}', "a:b"),
        (b'{"profile_id" : "p-1", "profile_id"\t: "p-2"}', "profile_id"),
        (b'{"profile_id": "p-1", "profile_id" : "p-2"}', "profile_id"),
        (b'{"profile_id":"p-1","variables":{"a":1,"a"\t:2}}', "a"),
        (b'{"profile_id":"p-1","profile\\u005fid":"p-2"}', "profile_id"),
        (b'{"profile_id":"p-1","profile\\u005fid" :"p-2"}', "profile_id"),
    ],
)
def test_a_key_twice_is_refused(line, key):
    lines, _ = one(line + b'\n{"profile_id": "a\\":b", "id" : "\\":"}\n')

    assert lines == [
        FileLine(1, None, f"This has a key twice: {key}."),
        FileLine(2, {"profile_id": 'a":b', "id": '":'}),
    ]


def test_looking_for_a_key_twice_takes_no_longer_than_the_line():
    line = b'{"variables": {"b": "\\":", ' + b", ".join(b'"k%d": 1' % n for n in range(60_000)) + b"}}\n"
    began = time.process_time()

    (found,), _ = one(line)

    assert (len(found.row["variables"]), time.process_time() - began < 5) == (60_001, True)


def test_a_header_of_many_columns_takes_no_longer_than_its_length():
    header = b",".join(b"c%d" % n for n in range(60_000)) + b",profile_id\n"
    began = time.process_time()

    assert one(header) == ([], [])
    assert time.process_time() - began < 5


def test_options_for_tables_are_refused_for_json_lines():
    with pytest.raises(Misconfigured, match="are for tables; this is JSON Lines"):
        one(b'{"profile_id": "p-1"}\n', columns={"a": "b"})
