"""Complete files: whether all events of an account up to a moment have been imported.

They have been if no file that may hold them is still to be landed, a SENT file was first seen after the
call, and either a SENT of after that moment is stored, or the imports have run ``late_after`` after it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, select

from pipeline.evidence.email_event import FEEDS, SENT
from pipeline.evidence.matching import CLOCK_SKEW
from pipeline.model.event_import import EventImport
from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_feeds, event_files, responsys_events
from pipeline.stores.tables import import_runs

DAY = 86_400  # seconds


@dataclass(frozen=True)
class AccountFiles:
    """Files and imports of one account at one moment."""

    unlanded: tuple[Any, ...]  # files of e-mails: id, path, state, listed_at
    newest_sent_file: datetime | None  # when a SENT file that is landed was first seen
    newest_sent: int  # when the latest stored SENT was captured; seconds since the epoch, 0: there is none
    imports: Mapping[str, EventImport]  # that bring such files
    last_starts: Mapping[str, datetime]  # of the last run of each, if that succeeded

    def lack(self, began_at: datetime, until: datetime) -> str:
        """Say in words why events from ``began_at`` to ``until`` are not complete; "" if they are."""
        for file in self.unlanded:
            if began_at <= file.listed_at <= until + self.patience:
                return f"file {file.id} ({file.path}) is {file.state}"
        if self.newest_sent_file is None or self.newest_sent_file < began_at:
            return "no SENT file was first seen after the call"
        if self.newest_sent >= until.timestamp() + CLOCK_SKEW:
            return ""
        return self._not_run_since(until)

    @property
    def patience(self) -> timedelta:
        """The time after which no import waits for a file any more."""
        return timedelta(minutes=max((each.late_after for each in self.imports.values()), default=0))

    def _not_run_since(self, until: datetime) -> str:
        """Name an import that has not run since its ``late_after`` after the end of the window."""
        for name, each in sorted(self.imports.items()):
            due = until + timedelta(minutes=each.late_after)
            if (start := self.last_starts.get(name)) is None or start < due:
                return f'import "{name}" has not run since {due:%Y-%m-%d %H:%M} UTC'
        return "" if self.imports else "no import brings the account's SENT files any more"


def read_account_files(
    engine: Engine, events: Engine, account: str, imports: Mapping[str, EventImport], since: datetime
) -> AccountFiles:
    """Read both stores; ``since``: the first end of a window that is asked for."""
    files = event_files.c
    own = (files.account == account, files.feed.in_(FEEDS))
    columns = (files.id, files.path, files.state, files.listed_at)
    is_sent = (files.account == account, files.feed == SENT)
    landed = select(func.max(files.listed_at)).where(*is_sent, files.state == "landed")
    with reading(events) as connection:
        unlanded = connection.execute(select(*columns).where(*own, files.state != "landed")).all()
        newest_file = connection.scalar(landed)
        named = set(connection.scalars(select(files.import_name).where(*is_sent).distinct()))
        newest = connection.scalar(newest_sent(account, since))
    own_imports = {name: each for name, each in imports.items() if name in named}
    starts = last_starts(engine, own_imports)
    return AccountFiles(tuple(unlanded), newest_file, newest or 0, own_imports, starts)


def newest_sent(account: str, since: datetime) -> Any:
    """Return the query of the latest time of a SENT of an account, of ``since`` or later."""
    event, first = responsys_events.c, int(since.timestamp())
    feed = select(event_feeds.c.id).where(event_feeds.c.word == SENT).scalar_subquery()
    return (
        select(func.max(event.captured))
        .join(event_files, event_files.c.id == event.file)
        .where(event.feed == feed, event.day >= first // DAY, event_files.c.account == account)
    )


def last_starts(engine: Engine, names: Collection[str]) -> dict[str, datetime]:
    """Return the begin of the last run of each import, if that run has succeeded."""
    runs = import_runs.c
    chosen = select(runs.name, runs.started_at).where(
        runs.name.in_(names), runs.owner.is_(None), runs.succeeded_at >= runs.started_at
    )
    with reading(engine) as connection:
        return {row.name: row.started_at for row in connection.execute(chosen)}


def account_numbers(events: Engine) -> list[str]:
    """Name the accounts that files of e-mails are of."""
    chosen = select(event_files.c.account).where(event_files.c.feed.in_(FEEDS)).distinct()
    with reading(events) as connection:
        return sorted(connection.scalars(chosen))
