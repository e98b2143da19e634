"""Facts of an entry: all that a rule decides by. As JSON they are its evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from pipeline.text.times import rfc3339

TIMES = frozenset(("now", "waits_until", "busy_until", "last_entry", "full_until"))


@dataclass(frozen=True, kw_only=True)
class EntryFacts:
    """The state of affairs when a person is to enter; the evidence leaves out those that are empty."""

    now: datetime
    asked: bool = False  # the key was asked for before, and has its answer
    put_off: bool = False  # the key was put off before
    unknown: bool = False  # the record has no person
    gone: bool = False  # the record was deleted or merged away
    conflict: int | None = None  # an open one, which bars the record
    unmet: tuple[str, ...] = ()  # fields of `when` and `current` that are otherwise; `score` if too low
    is_event: bool = False  # an event has happened and does not change, unlike a record
    score: float | None = None  # the sum of the person's points
    nobody: bool = False  # no record is known that the destinations could write to
    waits_until: datetime | None = None  # so long the event waits for one
    bounced: str = ""  # the source of a hard bounce: "record", "events"
    opted_out: str = ""  # the channel that the person does not wish for
    stopped: str = ""  # the programme of a destination that does not run
    busy_until: datetime | None = None  # end of the last entry that the person is in
    busy_with: str = ""  # the rule of that entry
    last_entry: datetime | None = None  # by this rule
    columns: Mapping[str, str | None] | None = None  # of Responsys; None: not read yet
    full_until: datetime | None = None  # end of the time in which there were the most entries

    def dumps(self) -> dict[str, Any]:
        """Return them as JSON."""
        found = vars(self)
        return {
            name: as_json(value)
            for name, value in found.items()
            if value is not None and value is not False and value not in ("", ())
        }


def as_json(value: Any) -> Any:
    """Return a fact as JSON."""
    if isinstance(value, datetime):
        return rfc3339(value)
    return list(value) if isinstance(value, tuple) else value


def read_facts(evidence: Mapping[str, Any]) -> EntryFacts:
    """Read the facts of an entry's evidence."""
    known = {one.name for one in fields(EntryFacts)}
    found = {name: value for name, value in evidence.items() if name in known}
    for name in TIMES & found.keys():
        found[name] = datetime.fromisoformat(found[name])
    if "unmet" in found:
        found["unmet"] = tuple(found["unmet"])
    return EntryFacts(**found)
