"""Staging: a snapshot is written into the SQL store, chunk by chunk, to be compared there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, func, select, text

from pipeline.model.activation import Activation, Invalid, from_mapping
from pipeline.produce.lines import FileLine
from pipeline.produce.report import Messages
from pipeline.snapshots.run_lease import RunLease
from pipeline.snapshots.views import NOTHING, View
from pipeline.stores.database import reading
from pipeline.stores.tables import members, staged
from pipeline.stores.upsert import insert_into

CHUNK_ROWS = 2_000  # in one transaction
PROGRESS_LINES = 500  # between two calls of ``progress``


@dataclass
class SnapshotCounts:
    """Lines and members of one snapshot."""

    lines: int = 0
    refused: int = 0  # lines that are not valid
    unreadable: int = 0  # of these, lines that name no profile
    members: int = 0  # profiles, those of refused lines among them


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
        """Stage all lines; of several lines of one profile the last one counts."""
        for line in lines:
            self.counts.lines += 1
            self.add(line)
            if len(self._rows) >= CHUNK_ROWS:
                self.write()
            if self.counts.lines % PROGRESS_LINES == 0:
                self.progress(self.counts.lines)
        self.write()
        self.progress(self.counts.lines)
        self.counts.members = settle(self.lease.engine, self.run, self.views[0])
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
            self._row(view, activation.profile_id, digest, content)

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
            self._row(view, profile_id, "", NOTHING)

    def _row(self, view: View, profile_id: str, digest: str, content: str) -> None:
        row = {"run": self.run, "view": view.key, "profile_id": profile_id}
        self._rows.append({**row, "digest": digest, "content": content})

    def write(self) -> None:
        """Store the rows collected so far."""
        if not self._rows:
            return
        statement = insert_into(self.lease.engine.dialect.name, staged)
        statement = statement.on_conflict_do_update(
            index_elements=list(staged.primary_key.columns),
            set_={"digest": statement.excluded.digest, "content": statement.excluded.content},
        )
        with self.lease.writing() as connection:
            connection.execute(statement, self._rows)
        self._rows = []


def settle(engine: Engine, run: str, view: View) -> int:
    """Count the profiles of a snapshot, once the planner knows how many rows there are now."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text(f"ANALYZE {staged.name}, {members.name}"))
    with reading(engine) as connection:
        chosen = (staged.c.run == run, staged.c.view == view.key)
        return int(connection.scalar(select(func.count()).select_from(staged).where(*chosen)) or 0)
