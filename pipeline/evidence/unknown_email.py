"""Unknown e-mails: open dead letters of calls without an answer, and the letters that were such once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, select

from pipeline.evidence.matching import EmailSending
from pipeline.evidence.recipients import parts
from pipeline.stores.database import reading
from pipeline.stores.tables import dead_letters as table

COLUMNS = ("id", "connector", "email", "state", "finding", "proven", "event", "created_at")
IS_UNKNOWN = table.c.proven.in_((False, True))  # of the index; it is None for all other letters
UNDECIDED = and_(table.c.state == "open", table.c.replay_began_at.is_(None), IS_UNKNOWN)


@dataclass(frozen=True)
class UnknownEmail:
    """The letter of one e-mail."""

    id: str
    connector: str
    email: Mapping[str, Any]
    state: str
    finding: str | None
    proven: bool
    event: str | None
    created_at: datetime  # when the letter was written

    @property
    def campaign(self) -> str:
        """The campaign's name."""
        return str(self.email["campaign"])

    @property
    def address(self) -> str:
        """SHA-256 of the address."""
        return str(self.email["address"])

    @cached_property
    def began_at(self) -> datetime:
        """When the call began."""
        return datetime.fromisoformat(self.email["began_at"])

    @cached_property
    def until(self) -> datetime:
        """The end of the time in which an event may tell of it."""
        return datetime.fromisoformat(self.email["until"])

    @property
    def sending(self) -> EmailSending:
        """The call, to be matched with events."""
        return EmailSending(self.began_at.timestamp(), self.until.timestamp(), self.id)


def any_undecided(engine: Engine) -> bool:
    """Tell whether there is an e-mail to look up."""
    with reading(engine) as connection:
        return connection.scalar(select(table.c.id).where(UNDECIDED).limit(1)) is not None


def emails_where(
    connection: Connection, condition: ColumnElement[bool], most: int | None = None
) -> list[UnknownEmail]:
    """Return e-mails, the oldest letter first; ``most``: their number at most."""
    chosen = select(*(table.c[name] for name in COLUMNS)).where(condition, table.c.connector.is_not(None))
    rows = connection.execute(chosen.order_by(table.c.created_at, table.c.id).limit(most))
    return [UnknownEmail(*row) for row in rows]


def events_in_use(engine: Engine, keys: Sequence[str]) -> set[str]:
    """Return the keys, out of some, of events that have settled a letter at any time."""
    found: set[str] = set()
    with reading(engine) as connection:
        for some in parts(keys):
            found.update(connection.scalars(select(table.c.event).where(table.c.event.in_(some))))
    return found
