"""The stored events that a source means: those of its types, from files of its account."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from pipeline.model.feeds import FAILED_RECEIPT, RECEIPTS
from pipeline.stores.event_tables import event_feeds, event_files


@dataclass(frozen=True)
class EventChoice:
    """Types and files of a source, as the store numbers them; None: all are meant."""

    words: dict[int, str]  # of all feeds
    feeds: frozenset[int] | None = None
    files: frozenset[int] | None = None

    @property
    def condition(self) -> str:
        """Return the SQL for stored events ``e`` that are meant; the pluses keep their order of ids."""
        numbers = {"feed": self.feeds, "file": self.files}
        parts = [among(f"+e.{name}", some) for name, some in numbers.items() if some is not None]
        return " AND ".join(parts) or "1 = 1"


def choose(connection: Connection, types: Collection[str], account: str) -> EventChoice:
    """Look up the numbers of types, none: all, and of the files of an account, "": any."""
    wanted = words_of(types)
    rows = connection.execute(select(event_feeds.c.id, event_feeds.c.word))
    words = {int(number): str(word) for number, word in rows}
    feeds = frozenset(number for number, word in words.items() if word in wanted) if types else None
    return EventChoice(words, feeds, files_of(connection, account))


def words_of(types: Collection[str]) -> set[str]:
    """Return the words of the files in which events of some types are: receipts tell of failures, too."""
    return {*types, *([RECEIPTS] if FAILED_RECEIPT in types else [])}


def files_of(connection: Connection, account: str) -> frozenset[int] | None:
    """Return the numbers of an account's files; None if all files are of this account."""
    columns = event_files.c
    others = select(columns.id).where(columns.account != account).limit(1)
    if not account or connection.scalar(others) is None:
        return None
    return frozenset(connection.scalars(select(columns.id).where(columns.account == account)))


def among(column: str, numbers: Collection[int]) -> str:
    """Return the SQL of a column with one of some numbers."""
    return f"{column} IN ({', '.join(map(str, sorted(numbers)))})" if numbers else "1 = 0"
