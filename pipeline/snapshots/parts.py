"""Parts: the work of a run for one destination, with its position."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from pipeline.stores.snapshot_tables import snapshot_parts as table


@dataclass(frozen=True)
class Part:
    """The difference between a snapshot and the members that a destination was last sent."""

    destination: str
    audience: str
    run: str
    view: str
    call_types: tuple[str, ...]  # that the destination takes
    silent: bool  # its members are noted and nothing is sent
    known: int = 0  # members before
    entering: int = 0
    changed: int = 0
    leaving: int = 0
    step: str = "leaving"  # then "arriving", then "done"
    position: str | None = None  # the last profile of this step that is done
    chunk: int = 0  # the number of the last chunk that is known to be appended
    sent: int = 0  # activations appended
    since: datetime | None = None  # when its first snapshot was done

    @property
    def first(self) -> bool:
        """Whether the destination has had no snapshot before."""
        return self.since is None

    @property
    def sends(self) -> int:
        """Activations that the destination takes."""
        if self.silent:
            return 0
        amounts = {"ADD": self.entering, "UPDATE": self.changed, "REMOVE": self.leaving}
        return sum(amounts[call_type] for call_type in self.call_types)


def of_audience(connection: Connection, audience: str) -> dict[str, Part]:
    """Return the last parts of an audience by destination."""
    rows = connection.execute(select(table).where(table.c.audience == audience)).mappings()
    return {row["destination"]: load(dict(row)) for row in rows}


def find_part(connection: Connection, destination: str) -> Part | None:
    """Return the last part of a destination; None when it has had none."""
    chosen = select(table).where(table.c.destination == destination)
    row = connection.execute(chosen).mappings().one_or_none()
    return load(dict(row)) if row else None


def load(row: dict[str, Any]) -> Part:
    """Read a part from its row."""
    return Part(**{**row, "call_types": tuple(row["call_types"])})


def store_parts(connection: Connection, parts: Iterable[Part]) -> None:
    """Replace the stored parts of their destinations."""
    for part in parts:
        connection.execute(delete(table).where(table.c.destination == part.destination))
        connection.execute(insert(table).values({**asdict(part), "call_types": list(part.call_types)}))
