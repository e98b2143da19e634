"""Bring a snapshot into the SQL store, chunk by chunk, to be compared there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, func, select, text

from pipeline.model.activation import Activation, Invalid, from_mapping
from pipeline.produce.lines import FileLine
from pipeline.produce.report import Messages
from pipeline.snapshots.turns import Turn
from pipeline.snapshots.views import NOTHING, View
from pipeline.stores.database import reading
from pipeline.stores.tables import members, staged
from pipeline.stores.upsert import insert_into

CHUNK = 2_000  # rows in one transaction
PROGRESS_EVERY = 500  # lines


@dataclass
class Reading:
    """What was found in a snapshot."""

    lines: int = 0
    refused: int = 0  # lines that are not valid
    unreadable: int = 0  # of these, lines of which nobody knows whose they are
    members: int = 0  # profiles, those of refused lines among them


@dataclass
class Staging:
    """Takes the lines of one snapshot, for all views at once."""

    turn: Turn
    run: str
    views: Sequence[View]
    on_error: Callable[[int, Messages], None] = lambda _line, _messages: None
    progress: Callable[[int], None] = lambda _lines: None
    found: Reading = field(default_factory=Reading)
    _rows: list[dict[str, Any]] = field(default_factory=list)

    def take(self, lines: Iterable[FileLine]) -> Reading:
        """Stage all lines; of several lines of one profile the last one counts."""
        for line in lines:
            self.found.lines += 1
            self.add(line)
            if len(self._rows) >= CHUNK:
                self.write()
            if self.found.lines % PROGRESS_EVERY == 0:
                self.progress(self.found.lines)
        self.write()
        self.progress(self.found.lines)
        self.found.members = settle(self.turn.engine, self.run, self.views[0])
        return self.found

    def add(self, line: FileLine) -> None:
        """Stage one line, or note what is wrong with it."""
        try:
            activation = self.read(line)
        except Invalid as error:
            self.found.refused += 1
            self.on_error(line.number, error.messages)
            self.keep(line.row)
            return
        for view in self.views:
            digest, content = view(activation)
            self._row(view, activation.profile_id, digest, content)

    def read(self, line: FileLine) -> Activation:
        """Read a line as a member; it may leave out the audience, and what happened to the profile."""
        if line.problem is not None or not isinstance(line.row, Mapping):
            raise Invalid({"_schema": [line.problem or "A row is an object."]})
        activation = from_mapping({"audience": self.turn.audience, "call_type": "ADD", **line.row})
        if activation.audience != self.turn.audience:
            raise Invalid({"audience": [f'This row is for another audience than "{self.turn.audience}".']})
        if activation.call_type == "REMOVE":
            raise Invalid({"call_type": ["A snapshot holds members; leave out who has left."]})
        return activation

    def keep(self, row: Any) -> None:
        """Leave the profile of a refused row as it is: it has not left."""
        profile = row.get("profile_id") if isinstance(row, Mapping) else None
        bare = {"audience": self.turn.audience, "profile_id": profile, "call_type": "ADD"}
        try:
            profile_id = from_mapping(bare).profile_id
        except Invalid:
            self.found.unreadable += 1
            return
        for view in self.views:
            self._row(view, profile_id, "", NOTHING)

    def _row(self, view: View, profile_id: str, digest: str, content: str) -> None:
        row = {"run": self.run, "view": view.key, "profile_id": profile_id}
        self._rows.append({**row, "digest": digest, "content": content})

    def write(self) -> None:
        """Store what has come together."""
        if not self._rows:
            return
        statement = insert_into(self.turn.engine.dialect.name, staged)
        statement = statement.on_conflict_do_update(
            index_elements=list(staged.primary_key.columns),
            set_={"digest": statement.excluded.digest, "content": statement.excluded.content},
        )
        with self.turn.writing() as connection:
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
