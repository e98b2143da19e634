import contextlib
import gzip
import io
import zipfile
from random import Random
from time import process_time

import pytest

from pipeline.errors import Misconfigured
from pipeline.produce.files import read
from pipeline.produce.lines import FileLine

JSON = b'{"profile_id": "a"}\n{"profile_id": "b"}\n'
CSV = b"profile_id,email\na,ada@example.com\n"


def named(content: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


@pytest.mark.parametrize("name", ["members.jsonl", "members.jsonl.gz", "<stdin>"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_compressed_or_not_lines_are_read(pack, name):
    assert list(read(named(pack(JSON), name))) == [
        FileLine(1, {"profile_id": "a"}),
        FileLine(2, {"profile_id": "b"}),
    ]


def test_compressed_csv_is_read():
    [line] = read(named(gzip.compress(CSV), "members.csv.gz"))

    assert line.row["identifiers"] == {"email": "ada@example.com"}


def test_the_name_within_the_compressed_file_decides():
    with pytest.raises(Misconfigured, match="the CSV header has no column profile_id"):
        list(read(named(gzip.compress(JSON), "members.csv.gz")))


@pytest.mark.parametrize("damage", [lambda raw: raw[:-9], lambda raw: raw[:-8] + b"\0" * 8])
def test_a_compressed_file_that_is_damaged_is_refused(damage):
    """Else everybody after the damage would seem to have left."""
    with pytest.raises(Misconfigured, match="the compressed file is cut off or damaged"):
        list(read(named(damage(gzip.compress(JSON * 1_000)), "members.jsonl.gz")))


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_a_zip_file_with_any_bytes_changed_is_read_or_refused(method):
    with zipfile.ZipFile(packed := io.BytesIO(), "w", method) as archive:
        archive.writestr("mémbers.csv", CSV * 20)
    content, random = packed.getvalue(), Random(method)

    for _ in range(1_000):
        changed = bytearray(content)
        for _ in range(random.choice((1, 1, 4))):
            changed[random.randrange(len(changed))] = random.randrange(256)
        with contextlib.suppress(Misconfigured):
            list(read(io.BytesIO(changed)))


class Failing(io.RawIOBase):
    """A file on a disk that gives its first bytes only."""

    name = "members.csv"

    def __init__(self) -> None:
        self._given = False

    def readable(self):
        return True

    def readinto(self, buffer):
        if self._given:
            raise OSError(5, "Input/output error")
        self._given = True
        buffer[: len(CSV)] = CSV
        return len(CSV)


def test_a_disk_that_does_not_give_the_rest_is_reported():
    with pytest.raises(Misconfigured, match="the file cannot be read: Input/output error"):
        list(read(Failing()))


def test_blank_lines_at_the_start_cost_no_more_than_their_length():
    """Each piece used to be added to a copy of all before it."""
    began = process_time()

    lines = list(read(io.BytesIO((b" " * 1_023 + b"\n") * 65_536 + CSV)))

    assert [line.number for line in lines] == [65_538]
    assert process_time() - began < 5
