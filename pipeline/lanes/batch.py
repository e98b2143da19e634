"""A batch as it lies in Redis, and as it is claimed and asked after."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

# Fields of batch:{b} that are read; there may be no progress and no call yet.
FIELDS = (
    *("destination", "connector", "account", "function", "attempt", "tries", "state", "rows"),
    *("progress", "called_at", "deaths"),
)

MOST_DEATHS = 2  # of workers, before a batch is halved unread (see deliver/killers.py)
MOST_DEATHS_ALONE = 3  # of a batch of one row, before that is rejected


@dataclass(frozen=True)
class Batch:
    """Rows claimed together from one lane."""

    id: str
    destination: str
    connector: str
    account: str
    function: str
    attempt: int
    tries: int
    state: str
    rows: int
    progress: str = ""
    called_at: float | None = None  # when a call began that must not be made twice; seconds since the epoch
    deaths: int = 0  # workers that were killed while they had it, before its call began
    kills_workers: bool = False  # these were too many for its rows to be read once more


@dataclass(frozen=True)
class Poll:
    """A request to ask after: the answer of one batch's call."""

    batch: str
    attempt: int
    request: str
    asked: int  # how often, this time among them


Contents = tuple[Batch, list[tuple[bytes, bytes]]]  # a batch with its rows as they lie there: (line, row)


class ClaimedBatch(NamedTuple):
    """A batch that was claimed."""

    batch: str
    attempt: int
    more: bool  # another batch may go at once, and a worker is likely to be idle for it
    contents: Contents | None = None  # of a new batch, if the caller asked to read it


def profile_and_text(line: bytes, row: bytes) -> tuple[str, bytes]:
    """Read a row of a line: "JSON", "lane, NUL, JSON" or "lane, NUL, recipient, NUL, JSON".

    A row of another profile than that which the line is named after has its profile before the JSON.
    """
    start = row.rfind(b"\0") + 1
    if row.count(b"\0", 0, start) > 2:
        line = row[:start].split(b"\0")[2]
    return line.decode("utf-8", "backslashreplace"), row[start:]  # whatever bytes a name has


def batch_of(batch: str, known: Mapping[str, str]) -> Batch:
    """Read the fields of a batch."""
    rows, deaths, state = int(known["rows"]), int(known.get("deaths", 0)), known["state"]
    most = MOST_DEATHS if rows > 1 else MOST_DEATHS_ALONE
    return Batch(
        id=batch,
        destination=known["destination"],
        connector=known["connector"],
        account=known["account"],
        function=known["function"],
        attempt=int(known["attempt"]),
        tries=int(known["tries"]),
        state=state,
        rows=rows,
        progress=known.get("progress", ""),
        called_at=int(known["called_at"]) / 1000 if "called_at" in known else None,
        deaths=deaths,
        kills_workers=state == "claimed" and deaths >= most,
    )
