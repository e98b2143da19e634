"""The intake over HTTP: rows are checked to the last before the first is appended, in constant memory.

A row that passes is written, as the bytes that checking returns, to a temporary file. At the end of the body
chunks are appended from there without a second check.

Keys
    http:{sha256}   digest of body and options that came with an Idempotency-Key; for the idempotency window

With an Idempotency-Key the series of the chunks is named after it, and the chunks are numbered from 1:
``append.lua`` leaves out a number that it has seen, so a repeat completes the first try.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import SpooledTemporaryFile

import redis

from pipeline.model.activation import decode
from pipeline.produce.appender import Appender, AppendFailed
from pipeline.produce.chunk import Chunk
from pipeline.produce.series import Series
from pipeline.stores.broker import decoded
from pipeline.web.problems import Problem
from pipeline.web.rows import MOST_ERRORS, CheckedRow, Messages

IN_MEMORY = 1024 * 1024  # bytes of a body that need no file


class SpooledRows:
    """The rows of one body: valid ones in a file, the messages of the first wrong ones."""

    def __init__(self, folder: Path) -> None:
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(folder))  # noqa: SIM115 - closed by close
        self.valid = 0
        self.refused = 0
        self.errors: dict[str, Messages] = {}  # by index from 0, as text

    def add(self, rows: Iterable[CheckedRow]) -> None:
        """Take the rows of a body in."""
        write = self._file.write
        for index, row in enumerate(rows):
            if isinstance(row, tuple):
                write(row[1])
                write(b"\n")
                self.valid += 1
            else:
                self.refused += 1
                if len(self.errors) < MOST_ERRORS:
                    self.errors[str(index)] = row

    def lines(self) -> Iterator[bytes]:
        """Give the valid rows again, in their order."""
        self._file.seek(0)
        return iter(self._file)

    def close(self) -> None:
        """Give up the file."""
        self._file.close()


@dataclass
class Repeatable:
    """An Idempotency-Key: its series, and how far an earlier try came."""

    series: str
    done: int = 0  # chunks that were in before


@dataclass
class Appended:
    """Activations and chunks appended; ``ids``: pieces of a JSON array, empty unless the request asked."""

    accepted: int = 0
    chunks: int = 0
    ids: list[str] = field(default_factory=list)


def claim_key(
    client: redis.Redis, name: str, key: str, audience: str, content: str, window: int
) -> Repeatable:
    """Bind an Idempotency-Key of the API key ``name`` to a body, before the first append.

    ``content`` is the digest of body and options. Raises Problem if the key came with another one.
    """
    place = f"http:{digest(name, key)}"
    bound = digest(audience, content)
    if not client.set(place, bound, nx=True, ex=window):
        found = client.get(place)
        if found is not None and decoded(found) != bound:
            raise Problem(
                "idempotency-key-reused",
                "This Idempotency-Key came with another body, audience or options: use a new one.",
            )
    series = f"h{digest(name, audience, key)[:31]}"
    return Repeatable(series, int(client.get(f"producer:{series}") or 0))


def digest(*parts: str) -> str:
    """Return a hash of several texts that no other texts have."""
    return sha256("\0".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()


def append_rows(
    appender: Appender, rows: SpooledRows, series: str | None, *, bulk: bool, ids: bool
) -> Appended:
    """Append all valid rows, chunk by chunk; raises Problem when Redis gives no answer."""
    appended, shards = Appended(), set()
    for chunk in chunks_of(appender, rows.lines(), series, bulk=bulk):
        try:
            shards |= appender.append_chunk(chunk)
        except AppendFailed as error:
            appender.ring(shards)
            raise intake_unavailable(error, appended.accepted, len(chunk.ids)) from error
        appended.accepted += len(chunk.ids)
        appended.chunks += 1
        if ids:
            appended.ids.append(json.dumps(chunk.ids, ensure_ascii=False)[1:-1])
    appender.ring(shards)
    return appended


def chunks_of(
    appender: Appender, lines: Iterable[bytes], series: str | None, *, bulk: bool
) -> Iterator[Chunk]:
    """Give the chunks of these rows; with a series they have the same numbers at every try."""
    chunk, number = None, 0
    for line in lines:
        if chunk is None:
            number += 1
            chunk = appender.new_chunk(Series(series, number, pooled=False) if series else None)
        raw = line[:-1]
        chunk.add_json(raw, decode(raw), bulk)
        if chunk.full:
            yield chunk
            chunk = None
    if chunk is not None:
        yield chunk


def intake_unavailable(error: AppendFailed, accepted: int, unknown: int) -> Problem:
    """Return the answer to a body if some of its rows could not be appended."""
    detail = f"{error.why}; repeat the whole request with its Idempotency-Key, and every row counts once."
    return Problem("intake-unavailable", detail, accepted=accepted, unknown=unknown)
