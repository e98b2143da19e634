"""A record of an outside system as a stream has just read it, before anything follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class SourceRecord:
    """One record; a stream makes thousands of them a second, so it is not frozen.

    ``email``, ``family``, ``riid`` and ``keys`` may identify its person. ``before``: the variables and fields
    of the record as last read, None if it is new.
    """

    source: str
    id: str  # 18 characters
    table: str  # the object: "Lead"
    stamp: int  # ms since the epoch
    values: Mapping[str, Any] = field(default_factory=dict)  # variables, by the mapping
    fields: Mapping[str, Any] = field(default_factory=dict)  # that rules look at, as they were answered
    org: str = ""  # id of 18 characters
    parent: str = ""  # of a row of a history: the record that the history is of
    gone: bool = False  # deleted
    survivor: str = ""  # of a record that was merged away: the id of the one that it became part of
    contact: str = ""  # of a converted lead: the contact that it became
    email: str = ""
    family: str = ""  # family name
    riid: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)  # further ids, by field
    in_org: bool = True  # its id is one of Salesforce; an event's or a member's is not
    people: tuple[str, ...] = ()  # ids of contacts and leads, of a record that is no person itself
    person: int | None = None  # given by the room of people
    alone: bool = False  # its person was made for it just now, and has no other record
    conflict: int | None = None  # id of an open one, which bars the record: nothing is written by it
    existing: bool = False  # it was met by the first reading of its source
    before: Mapping[str, Any] | None = None  # {"values": ..., "fields": ..., "stamp": ...}
    # Digests, once they were asked for; a copy with other values has none.
    body: tuple[str, str] | None = field(default=None, init=False, compare=False)  # record_bodies.py
    identity: int | None = field(default=None, init=False, compare=False)  # record_identity.py

    @property
    def is_new(self) -> bool:
        """Whether the stream has not met the record before."""
        return self.before is None
