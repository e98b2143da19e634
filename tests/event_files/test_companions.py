"""Companions: the numbers in count files, and the reasons why there is none."""

import pytest

from pipeline.event_files.companions import read_count
from pipeline.event_files.plain_file import FileFailed


@pytest.mark.parametrize(
    "content",
    [b"12", b"12\n", b"12\r\n", b"  12 \n\n", b'"12"\n', b"0012", b"\xef\xbb\xbf12\r\n",
     "12\n".encode("utf-16"), "12".encode("utf-16-le"), "12\r\n".encode("utf-16-be")],
)  # fmt: skip
def test_a_number_is_read_whatever_is_around_it(content):
    assert read_count(content, "x.count") == 12


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
        (b"12\n13\n", "has more than one line; one number is expected"),
        *(
            (content, "holds no number of digits alone, such as 1234")
            for content in (b"1,234", b"1.234", b"1 234", b"-12", b"+12", b"12.0", b"twelve", b"12 rows",
                            "\u0661\u0662".encode(), b"9" * 16, b"\xff\x00")
        ),
    ],
)  # fmt: skip
def test_a_count_file_without_a_number_is_named_with_the_reason(content, flaw):
    with pytest.raises(FileFailed, match=f"^its count file x.txt.count {flaw}$"):
        read_count(content, "x.txt.count")
