"""Followers: rules, consents and the like, as a stream calls them.

A follower decides about each page in the page's transaction, and about the records that it put off after the
last page.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy import Connection, Engine

from pipeline.model.activation import Activation
from pipeline.model.record_reader import RecordLookup
from pipeline.model.source_record import SourceRecord


class Follower(Protocol):
    """Decides about the records of one source.

    ``prepare`` and ``read_ahead`` may call outside systems; they are called outside of any transaction.
    """

    @property
    def fields(self) -> Sequence[str]:
        """The fields that it looks at, by path."""

    @property
    def wants_existing(self) -> bool:
        """Whether it looks at events that were there before the first run of their source."""

    @property
    def catches_up(self) -> Sequence[str]:
        """Names under which it asks, once, for events that were taken before it followed their source."""

    @property
    def numbers(self) -> Mapping[str, int]:
        """Its counts beside activations: ``put_off``, ``left_out``."""

    @property
    def fields_of_all(self) -> Sequence[str]:
        """Those of them that are read of all records once, also of those that do not change."""

    def prepare(self) -> None:
        """Ask for all that decisions about pages need, before the first one."""

    def decide(
        self, connection: Connection, records: Sequence[SourceRecord], *, is_baseline: bool
    ) -> Sequence[Activation]:
        """Decide about new and changed records, and return the activations that follow."""

    def decide_moved(self, connection: Connection, records: Sequence[SourceRecord]) -> Sequence[Activation]:
        """Decide about records with only a newer stamp: a field may have been set, and set back."""

    def read_ahead(self, engine: Engine, reader: RecordLookup) -> bool:
        """Read some records that were put off and are due, and all that deciding needs; False: none is."""

    def decide_later(self, connection: Connection) -> Sequence[Activation]:
        """Decide about the records that were read ahead, and return the activations that follow."""


class NoFollower:
    """The follower of a source from which nothing follows."""

    fields: Sequence[str] = ()
    wants_existing = False
    catches_up: Sequence[str] = ()
    numbers: Mapping[str, int] = {}
    fields_of_all: Sequence[str] = ()

    def prepare(self) -> None:
        """Ask nothing."""

    def decide(
        self, _connection: Connection, _records: Sequence[SourceRecord], *, is_baseline: bool
    ) -> Sequence[Activation]:
        """Return nothing."""
        _ = is_baseline
        return ()

    def decide_moved(self, _connection: Connection, _records: Sequence[SourceRecord]) -> Sequence[Activation]:
        """Return nothing."""
        return ()

    def read_ahead(self, _engine: Engine, _reader: RecordLookup) -> bool:
        """Find nothing."""
        return False

    def decide_later(self, _connection: Connection) -> Sequence[Activation]:
        """Return nothing."""
        return ()


class Followers:
    """Several followers as one: each sees the entries that those before it have stored of the same page."""

    def __init__(self, *followers: Follower) -> None:
        self._followers = followers

    @property
    def fields(self) -> Sequence[str]:
        """The fields that any of them looks at, each once."""
        return tuple(dict.fromkeys(path for one in self._followers for path in one.fields))

    @property
    def wants_existing(self) -> bool:
        """Whether any of them does."""
        return any(one.wants_existing for one in self._followers)

    @property
    def catches_up(self) -> Sequence[str]:
        """The names of all of them."""
        return tuple(name for one in self._followers for name in one.catches_up)

    @property
    def numbers(self) -> Mapping[str, int]:
        """The sums of their counts."""
        return sum((Counter(one.numbers) for one in self._followers), Counter())

    @property
    def fields_of_all(self) -> Sequence[str]:
        """The fields that any of them reads of all records."""
        return tuple(dict.fromkeys(path for one in self._followers for path in one.fields_of_all))

    def prepare(self) -> None:
        """Prepare each of them."""
        for follower in self._followers:
            follower.prepare()

    def decide(
        self, connection: Connection, records: Sequence[SourceRecord], *, is_baseline: bool
    ) -> Sequence[Activation]:
        """Let each decide, in their order."""
        return [
            activation
            for follower in self._followers
            for activation in follower.decide(connection, records, is_baseline=is_baseline)
        ]

    def decide_moved(self, connection: Connection, records: Sequence[SourceRecord]) -> Sequence[Activation]:
        """Let each decide, in their order."""
        return [one for follower in self._followers for one in follower.decide_moved(connection, records)]

    def read_ahead(self, engine: Engine, reader: RecordLookup) -> bool:
        """Let each read ahead; False: nothing is due for any."""
        return sum(follower.read_ahead(engine, reader) for follower in self._followers) > 0

    def decide_later(self, connection: Connection) -> Sequence[Activation]:
        """Let each decide about the records it read ahead, in their order."""
        return [one for follower in self._followers for one in follower.decide_later(connection)]


def follow_page(
    follower: Follower,
    connection: Connection,
    rows: Sequence[SourceRecord],
    moved: Sequence[SourceRecord],
    *,
    is_baseline: bool,
) -> list[Activation]:
    """Return the activations of records, after those of records with a moved stamp alone."""
    first = follower.decide_moved(connection, moved) if moved else ()
    then = follower.decide(connection, rows, is_baseline=is_baseline) if rows else ()
    return [*first, *then]
