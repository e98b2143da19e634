"""Files that are neither JSON Lines nor a table are refused with what to do."""

import bz2
import contextlib
import gzip
import io
import lzma
import sqlite3
import zipfile

import pytest

from pipeline.errors import Misconfigured
from pipeline.produce.files import read
from pipeline.produce.notes import Notes

TABLE = b"profile_id,email\np-1,ann@example.com\n"


def zipped(*names):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, TABLE)
    return packed.getvalue()


def database():
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE customers (id TEXT)")
        return connection.serialize()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "a workbook of an old kind; save it as"),
        (bz2.compress(TABLE), "compressed with bzip2; unpack it before, as with `bzcat FILE"),
        (lzma.compress(TABLE), "compressed with xz"),
        (b"\x28\xb5\x2f\xfd" + bytes(20), "compressed with zstd"),
        (gzip.compress(gzip.compress(TABLE)), "compressed twice"),
        (gzip.compress(zipped("a.csv")), "compressed twice"),
        (b"Rar!\x1a\x07" + bytes(20), "an archive"),
        (b"PAR1\x15\x04" + bytes(20), "a Parquet file"),
        (database(), "a database; name it in a source"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><html>", "HTML or XML, perhaps a page that asks for a login"),
        (zipped("content.xml", "META-INF/manifest.xml"), 'a workbook; save it as "CSV UTF-8"'),
        (b'{\n  "profile_id": "p-1"\n}\n', "one JSON object over several lines; write one object to a line"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # archives tell the time; xdist wants one name
)
def test_it_is_named_with_the_way_out(content, kind):
    with pytest.raises(Misconfigured) as caught:
        list(read(io.BytesIO(content)))

    assert str(caught.value).startswith(f"the file is {kind}")


@pytest.mark.parametrize(
    "names",
    [("a.csv", ".DS_Store"), ("a.csv", "Thumbs.db", "__MACOSX/._a.csv"), ("d/a.csv", "d/.~lock.a.csv#")],
)
def test_files_of_a_desktop_in_a_zip_file_do_not_count(names):
    assert [line.row["profile_id"] for line in read(io.BytesIO(zipped(*names)))] == ["p-1"]


@pytest.mark.parametrize("mark", [b"PAR1", b"Obj", b"BZh", b"<id>", b"7z"])
def test_a_table_whose_first_column_has_a_name_like_such_a_mark_is_read(mark):
    assert len(list(read(io.BytesIO(mark + b"," + TABLE.replace(b"p-1", b"x,p-1"))))) == 1


@pytest.mark.parametrize("content", [b"profile_id,name\np-1,Zo\xeb\n", b"profile_id,pr\xe9nom\np-1,Ann\n"])
def test_a_file_that_is_not_utf_8_is_reported_of_the_option(content):
    notes = Notes()
    with contextlib.suppress(Misconfigured):
        list(read(io.BytesIO(content), notes=notes))

    assert notes.sentences() == ["The file is not UTF-8: name its encoding, such as --encoding windows-1252."]


def test_a_hint_that_does_not_fit_the_header_is_passed_over():
    assert [line.row for line in read(io.BytesIO(b"sep=,\nprofile_id;tier\np-1;1,5\n"))] == [
        {"call_type": "ADD", "identifiers": {}, "profile_id": "p-1", "variables": {"tier": "1,5"}}
    ]
