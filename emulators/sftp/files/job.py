"""Export jobs: files of several feeds at once, as a schedule of Responsys writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from emulators.sftp.events.given_rows import GivenRows
from emulators.sftp.events.layouts import EVENT_FEEDS
from emulators.sftp.events.rows import RowSet
from emulators.sftp.files.writer import Wrapping, write_file

DEFAULT_FEEDS = ("SENT", "OPEN", "CLICK", "BOUNCE", "OPT_OUT")


@dataclass(frozen=True)
class ExportJob:
    """One job with all its settings; ``rows`` is for one file."""

    folder: Path
    feeds: tuple[str, ...] = DEFAULT_FEEDS
    rows: int = 100
    accounts: tuple[str, ...] = ("1234",)
    people: int = 1_000
    chosen: tuple[int, ...] = ()  # numbers of the people in turn, in the place of any of ``people``
    delimiter: str = ","
    line_end: str = "\n"
    broken_every: int = 0
    seed: str = "0"
    wrapping: Wrapping = field(default_factory=Wrapping)

    def __post_init__(self) -> None:
        """Refuse feeds that there are no layouts of."""
        unknown = [feed for feed in self.feeds if feed not in (*EVENT_FEEDS, "LAUNCH_STATE")]
        if unknown:
            raise ValueError(f"no such feed: {', '.join(unknown)}; there are: {', '.join(EVENT_FEEDS)}")

    def run(self, stamp: datetime | None = None, span: timedelta = timedelta(hours=1)) -> list[Path]:
        """Write one file of each feed and account, with events of the time ``span`` up to ``stamp`` (now)."""
        until = (stamp or datetime.now(UTC)).replace(microsecond=0)
        return [
            write_file(self.folder, self.row_set(account, feed, until, span), self.wrapping)
            for account in self.accounts
            for feed in self.feeds
        ]

    def given(self, feed: str, cells: Sequence[Mapping[str, str]], stamp: datetime | None = None) -> Path:
        """Write a file with these rows: a mapping of columns to cells each."""
        until = (stamp or datetime.now(UTC)).replace(microsecond=0)
        rows = GivenRows(feed, cells, until, self.accounts[0], self.delimiter, self.line_end)
        return write_file(self.folder, rows, self.wrapping)

    def backlog(self, files: int, until: datetime, span: timedelta = timedelta(hours=1)) -> list[Path]:
        """Write the files of the last runs, one each ``span``; the oldest first."""
        stamps = [until - span * back for back in reversed(range(files))]
        return [path for stamp in stamps for path in self.run(stamp, span)]

    def of(self, **changes: object) -> "ExportJob":
        """Return a job with other settings."""
        return replace(self, **changes)

    def row_set(self, account: str, feed: str, until: datetime, span: timedelta) -> RowSet:
        """Return the rows of one file."""
        return RowSet(
            feed=feed,
            rows=self.rows,
            until=until,
            span=span,
            account=account,
            people=self.people,
            chosen=self.chosen,
            delimiter=self.delimiter,
            line_end=self.line_end,
            broken_every=self.broken_every,
            seed=f"{self.seed}/{account}",
        )
