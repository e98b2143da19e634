import gzip
import io

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
