"""Staging: a snapshot is written into the SQL store, chunk by chunk, to be compared there.

Of several lines of one profile the one with the latest ``occurred_at`` counts, and without one the greater as
canonical JSON, so that the order of lines does not matter. A refused line counts only if no other line does.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, and_, case, func, or_, select, text

from pipeline.model.activation import Activation, Invalid, from_mapping
from pipeline.produce.lines import FileLine
from pipeline.produce.report import Messages
from pipeline.snapshots.run_lease import RunLease
from pipeline.snapshots.views import ALL, NOTHING, View, dumps
from pipeline.stores.database import reading
from pipeline.stores.snapshot_tables import members, staged
from pipeline.stores.upsert import insert_into

CHUNK_ROWS = 2_000  # in one transaction
EXAMPLES = 3  # profiles that are told of
PROGRESS_LINES = 500  # between two calls of ``progress``


@dataclass
class SnapshotCounts:
    """Lines and members of one snapshot."""

    lines: int = 0
    refused: int = 0  # lines that are not valid
    unreadable: int = 0  # of these, lines that name no profile
    members: int = 0  # profiles, those of refused lines among them
    duplicates: int = 0  # lines with a profile that another line has, too
    duplicated: list[str] = field(default_factory=list)  # a few of these profiles


@dataclass
class Staging:
    """Takes the lines of one snapshot, for all views at once."""

    lease: RunLease
    run: str
    views: Sequence[View]
    on_error: Callable[[int, Messages], None] = lambda _line, _messages: None
    progress: Callable[[int], None] = lambda _lines: None
    counts: SnapshotCounts = field(default_factory=SnapshotCounts)
    _rows: list[dict[str, Any]] = field(default_factory=list)

    def take(self, lines: Iterable[FileLine]) -> SnapshotCounts:
        """Stage all lines."""
        for line in lines:
            self.counts.lines += 1
            self.add(line)
            if len(self._rows) >= CHUNK_ROWS:
                self.write()
            if self.counts.lines % PROGRESS_LINES == 0:
                self.progress(self.counts.lines)
        self.write()
        self.progress(self.counts.lines)
        settle_staged(self.lease.engine, self.run, self.views[0], self.counts)
        return self.counts

    def add(self, line: FileLine) -> None:
        """Stage one line; a refused one is reported and its member kept."""
        try:
            activation = self.read(line)
        except Invalid as error:
            self.counts.refused += 1
            self.on_error(line.number, error.messages)
            self.keep_member(line.row)
            return
        for view in self.views:
            digest, content = view(activation)
            self._row(view, activation.profile_id, digest, content, rank_of(view, activation))

    def read(self, line: FileLine) -> Activation:
        """Read a line as a member; audience and call type may be left out."""
        if line.problem is not None or not isinstance(line.row, Mapping):
            raise Invalid({"_schema": [line.problem or "A row is an object."]})
        activation = from_mapping({"audience": self.lease.audience, "call_type": "ADD", **line.row})
        if activation.audience != self.lease.audience:
            raise Invalid({"audience": [f'This row is for another audience than "{self.lease.audience}".']})
        if activation.call_type == "REMOVE":
            raise Invalid({"call_type": ["A snapshot holds members; leave out who has left."]})
        return activation

    def keep_member(self, row: Any) -> None:
        """Stage the profile of a refused row as an unchanged member: it has not left the audience."""
        profile = row.get("profile_id") if isinstance(row, Mapping) else None
        bare = {"audience": self.lease.audience, "profile_id": profile, "call_type": "ADD"}
        try:
            profile_id = from_mapping(bare).profile_id
        except Invalid:
            self.counts.unreadable += 1
            return
        for view in self.views:
            self._row(view, profile_id, "", NOTHING, "")

    def _row(self, view: View, profile_id: str, digest: str, content: str, rank: str) -> None:
        row = {"run": self.run, "view": view.key, "profile_id": profile_id}
        self._rows.append({**row, "digest": digest, "content": content, "rank": rank})

    def write(self) -> None:
        """Store the rows collected so far."""
        if not self._rows:
            return
        with self.lease.writing() as connection:
            connection.execute(greatest(self.lease.engine.dialect.name), self._rows)
        self._rows = []


def rank_of(view: View, activation: Activation) -> str:
    """Return the rank of a valid line; where the view shows it whole, its content decides between equals."""
    moment = activation.occurred_at
    rank = f"1{moment.isoformat(timespec='microseconds') if moment else ''}"
    return rank if view.key == ALL else f"{rank} {dumps(activation.identifiers, activation.variables)}"


def greatest(dialect: str) -> Any:
    """Return the statement that stages rows and keeps the greatest of each profile."""
    statement = insert_into(dialect, staged)
    given = statement.excluded
    rank, content = given.rank > staged.c.rank, given.content > staged.c.content
    if dialect == "postgresql":  # the other one compares by code points anyhow
        rank = given.rank.collate("C") > staged.c.rank.collate("C")
        content = given.content.collate("C") > staged.c.content.collate("C")
    counts = or_(rank, and_(given.rank == staged.c.rank, content))
    kept = {name: case((counts, given[name]), else_=staged.c[name]) for name in ("digest", "content", "rank")}
    return statement.on_conflict_do_update(
        index_elements=list(staged.primary_key.columns), set_={**kept, "lines": staged.c.lines + 1}
    )


def settle_staged(engine: Engine, run: str, view: View, counts: SnapshotCounts) -> None:
    """Count the profiles of a snapshot, once the planner knows how many rows there are now."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text(f"ANALYZE {staged.name}, {members.name}"))
    chosen = (staged.c.run == run, staged.c.view == view.key)
    with reading(engine) as connection:
        found = select(func.count(), func.coalesce(func.sum(staged.c.lines), 0)).select_from(staged)
        amount, lines = connection.execute(found.where(*chosen)).one()
        counts.members, counts.duplicates = int(amount), int(lines) - int(amount)
        if counts.duplicates:
            several = select(staged.c.profile_id).where(*chosen, staged.c.lines > 1)
            counts.duplicated = list(
                connection.scalars(several.order_by(staged.c.profile_id).limit(EXAMPLES))
            )
