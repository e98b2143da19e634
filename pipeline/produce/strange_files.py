"""Strange files: kinds that are neither JSON Lines nor a table, told by their first bytes."""

import re

from pipeline.errors import Misconfigured
from pipeline.produce.content import Content

START = 16  # bytes, as many as the longest of the beginnings
AS_CSV = 'save it as "CSV UTF-8"'
AS_ROWS = "write its rows as CSV or JSON Lines"
UNPACK = "unpack it before, as with `{} FILE | activation send AUDIENCE -`"
ELSEWHERE = "look for an export as CSV where it comes from"
KINDS: tuple[tuple[re.Pattern[bytes], str, str], ...] = (
    (re.compile(rb"\xd0\xcf\x11\xe0"), "a workbook of an old kind", AS_CSV),
    (re.compile(rb"BZh[1-9]1AY&SY"), "compressed with bzip2", UNPACK.format("bzcat")),
    (re.compile(rb"\xfd7zXZ\0"), "compressed with xz", UNPACK.format("xzcat")),
    (re.compile(rb"\x28\xb5\x2f\xfd"), "compressed with zstd", UNPACK.format("zstdcat")),
    (re.compile(rb"7z\xbc\xaf\x27\x1c|Rar!\x1a"), "an archive", "unpack it before"),
    (re.compile(rb"\x1f\x8b|PK\x03\x04"), "compressed twice", "unpack it once before"),
    (
        re.compile(rb"PAR1\x15"),
        "a Parquet file",
        f"{AS_ROWS}, or give `Producer.activate_many` its data frame",
    ),
    (re.compile(rb"Obj\x01"), "an Avro file", AS_ROWS),
    (re.compile(rb"SQLite format 3\0"), "a database", "name it in a source of the configuration"),
    (re.compile(rb"%PDF-"), "a PDF", ELSEWHERE),
    (re.compile(rb"(?i:<!|<\?xml|<html)"), "HTML or XML, perhaps a page that asks for a login", ELSEWHERE),
)


def refuse_strange(content: Content) -> None:
    """Raise Misconfigured, with the remedy, if an unpacked file is of one of ``KINDS``."""
    start = content.start(START).removeprefix(b"\xef\xbb\xbf").lstrip()
    for beginning, kind, remedy in KINDS:
        if beginning.match(start):
            raise Misconfigured(f"the file is {kind}; {remedy}")
