"""E-mails without an answer: those that event files settled of late, and those that wait for it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Engine, cast, func, select

from pipeline.settle.statistics import RESOLVED
from pipeline.stores.database import reading
from pipeline.stores.tables import dead_letters, statistics
from pipeline.text.plural import counted


@dataclass(frozen=True)
class UnknownEmails:
    """Numbers of dead letters."""

    resolved: int = 0  # of the last time
    not_sent: int = 0  # open ones, safe to replay
    undecided: int = 0  # open ones

    def __bool__(self) -> bool:
        return bool(self.resolved or self.not_sent or self.undecided)

    def __str__(self) -> str:
        parts = [f"{self.undecided:,} undecided", f"{self.not_sent:,} not sent: safe to replay"]
        resolved = f"{counted(self.resolved, 'resolved', 'resolved')} within a day"
        return ", ".join([*parts, resolved])


def read_unknown_emails(engine: Engine, age: timedelta) -> UnknownEmails:
    """Count them; ``age``: the time of the resolved ones, in full hours."""
    proven = dead_letters.c.proven
    waiting = select(proven, func.count()).where(proven.in_((False, True)), dead_letters.c.state == "open")
    recent = (statistics.c.hour > datetime.now(UTC) - age, statistics.c.name.startswith(RESOLVED))
    resolved = select(cast(func.coalesce(func.sum(statistics.c.value), 0), BigInteger)).where(*recent)
    with reading(engine) as connection:
        amounts = {bool(row[0]): int(row[1]) for row in connection.execute(waiting.group_by(proven))}
        settled = int(connection.scalar(resolved) or 0)
    return UnknownEmails(settled, amounts.get(True, 0), amounts.get(False, 0))
