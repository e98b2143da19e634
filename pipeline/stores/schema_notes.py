"""Notes of the daily comparison of outside schemas with the records.

Keys
    note:schema:{connector}   JSON: time of the comparison, its problems, and shapes to compare with
    schema:known              set of the connectors that the timer has met: each is first compared a day later
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import redis

from pipeline.stores.broker import decoded

KNOWN = "schema:known"

Shape = tuple[str, int, bool]  # type, length, whether it is required


@dataclass(frozen=True)
class SchemaNote:
    """The last comparison of one connector."""

    at: datetime
    problems: tuple[str, ...] = ()
    shapes: dict[str, Shape] = field(default_factory=dict)  # by place; {}: those of the next comparison

    def dumps(self) -> str:
        """Write it as JSON."""
        return json.dumps({"at": self.at.isoformat(), "problems": self.problems, "shapes": self.shapes})


def loads(text: str) -> SchemaNote:
    """Read the text of ``dumps``."""
    given = json.loads(text)
    shapes = {
        place: (str(kind), int(length), bool(must)) for place, (kind, length, must) in given["shapes"].items()
    }
    return SchemaNote(datetime.fromisoformat(given["at"]), tuple(given["problems"]), shapes)


def write(client: redis.Redis, connector: str, note: SchemaNote) -> None:
    """Keep the note of a connector."""
    client.set(key_of(connector), note.dumps())


def read(client: redis.Redis, connector: str) -> SchemaNote | None:
    """Return the note of a connector; None: it was not compared yet."""
    text = client.get(key_of(connector))
    return None if text is None else loads(decoded(text))


def problems_of(client: redis.Redis, connectors: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the faults by connector; one without a known fault is left out."""
    names = sorted(connectors)
    texts = client.mget([key_of(name) for name in names]) if names else []
    notes = {name: loads(decoded(text)) for name, text in zip(names, texts, strict=True) if text}
    return {name: note.problems for name, note in notes.items() if note.problems}


def renew(client: redis.Redis, connector: str, problems: tuple[str, ...]) -> None:
    """Note the findings of a person's look, where there is a note; the next comparison takes new shapes."""
    if client.exists(key_of(connector)):
        write(client, connector, SchemaNote(datetime.now(UTC), problems))


def is_new(client: redis.Redis, connector: str) -> bool:
    """Note that the timer has met a connector; tell whether it had not before."""
    return bool(client.sadd(KNOWN, connector))


def key_of(connector: str) -> str:
    """Return the key of a connector's note."""
    return f"note:schema:{connector}"
