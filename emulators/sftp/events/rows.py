"""Rows of one file, generated in constant memory: the same for the same seed, whatever the machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from random import Random

from emulators.sftp.events import people
from emulators.sftp.events.campaigns import campaign_cells
from emulators.sftp.events.layouts import LAYOUTS, TYPE_IDS
from emulators.sftp.events.moments import written_seconds

TEMPLATES = 64  # rows that differ in more than person and time
CHUNK_ROWS = 1_000
PERSONAL = ("RIID", "CUSTOMER_ID", "EMAIL", "MOBILE_NUMBER", "EVENT_UUID", "EVENT_CAPTURED_DT",
            "EVENT_STORED_DT")  # fmt: skip


@dataclass(frozen=True)
class RowSet:
    """The rows of one file."""

    feed: str
    rows: int
    until: datetime  # no event is later
    span: timedelta = timedelta(hours=1)  # before ``until``
    account: str = "1234"
    people: int = 1_000
    chosen: tuple[int, ...] = ()  # numbers of the people in turn, in the place of any of ``people``
    delimiter: str = ","
    line_end: str = "\n"
    header: bool = True
    broken_every: int = 0  # one of so many rows has a cell too few; 0: none
    seed: str = "0"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns, in order."""
        return LAYOUTS[self.feed]


def text_of(rows: RowSet) -> Iterator[str]:
    """Yield the text of a file in chunks of about 200 KB; the header comes first."""
    if rows.header:
        yield line_of(rows, rows.columns)
    rng = Random(f"{rows.seed}/{rows.feed}/{rows.until.isoformat()}")  # noqa: S311  no secret
    templates = [template_of(rows, rng) for _ in range(TEMPLATES)]
    file_id = blake2b(rng.randbytes(16), digest_size=8).hexdigest()
    for first in range(0, rows.rows, CHUNK_ROWS):
        last = min(first + CHUNK_ROWS, rows.rows)
        yield "".join(lines(rows, rng, templates, file_id, range(first, last)))


def lines(rows: RowSet, rng: Random, templates: list[str], file_id: str, numbers: range) -> Iterator[str]:
    """Yield rows by their numbers in the file."""
    until, span = int(rows.until.timestamp()), max(int(rows.span.total_seconds()), 1)
    broken = rows.broken_every
    for number in numbers:
        person = rows.chosen[number % len(rows.chosen)] if rows.chosen else int(rng.random() * rows.people)
        captured = until - int(rng.random() * span)
        line = templates[int(rng.random() * TEMPLATES)] % {
            "RIID": people.riid_of(person),
            "CUSTOMER_ID": people.customer_of(person),
            "EMAIL": people.address_of(person),
            "MOBILE_NUMBER": people.mobile_of(person),
            "EVENT_UUID": f"{file_id[:8]}-{file_id[8:12]}-4000-8000-{number:012x}",
            "EVENT_CAPTURED_DT": written_seconds(captured),
            "EVENT_STORED_DT": written_seconds(min(captured + 5, until)),
        }
        is_broken = broken and number % broken == broken - 1
        yield line.partition(rows.delimiter)[2] if is_broken else line


def template_of(rows: RowSet, rng: Random) -> str:
    """Return one message's row, with places for person and times."""
    cells = {**campaign_cells(rng, rows.account), "EVENT_TYPE_ID": str(TYPE_IDS[rows.feed])}
    texts = {column: cells.get(column, "").replace("%", "%%") for column in rows.columns}
    texts |= {column: f"%({column})s" for column in PERSONAL if column in texts}
    if rows.feed == "BOUNCE":
        texts["CUSTOMER_ID"] = ""  # Responsys does not fill it there
        if rng.random() < 0.1:  # the mailbox that mail was forwarded to
            texts["EMAIL"] = "forwarded-%(EMAIL)s"
    return line_of(rows, tuple(texts.values()))


def line_of(rows: RowSet, cells: tuple[str, ...]) -> str:
    """Write one line, every cell between double quotes."""
    quoted = ('"' + cell.replace('"', '""') + '"' for cell in cells)
    return rows.delimiter.join(quoted) + rows.line_end
