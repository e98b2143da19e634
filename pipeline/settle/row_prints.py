"""Prints: two bytes for each row of a batch, by which a trace passes batches over without unpacking them.

A print is the lower half of the CRC-32 of a profile id. Of 50,000 batches of 200 rows some 300 have the print
of a profile that they do not hold; the database looks for it. Batches of older versions have no prints.
"""

import struct
from collections.abc import Sequence
from zlib import crc32

from sqlalchemy import ColumnElement, Connection, LargeBinary, bindparam, func, literal_column, or_

from pipeline.stores.outcome_tables import batches


def prints_of(profiles: Sequence[str]) -> bytes:
    """Return the prints of the rows of a batch, in their order."""
    whole = struct.pack(f"<{len(profiles)}I", *map(crc32, map(str.encode, profiles)))
    lower = bytearray(2 * len(profiles))
    lower[::2], lower[1::2] = whole[::4], whole[1::4]
    return bytes(lower)


def may_hold(connection: Connection, profile: str) -> ColumnElement[bool]:
    """Return the condition that a batch has a row of a profile, or has no prints."""
    wanted = bindparam(None, prints_of([profile]), LargeBinary)
    if connection.dialect.name == "sqlite":
        place = func.instr(batches.c.prints, wanted)
    else:
        place = func.position(wanted.op("IN")(batches.c.prints))
    return or_(batches.c.prints.is_(None), place > literal_column("0"))
