"""Rules as a stream calls them: once per page in its transaction, and once after the last page."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection

from pipeline.model.activation import Activation
from pipeline.model.source_record import SourceRecord


class StreamRules(Protocol):
    """The rules of one source."""

    fields: Sequence[str]  # that their conditions look at, by path

    def decide(
        self, connection: Connection, records: Sequence[SourceRecord], *, is_baseline: bool
    ) -> Sequence[Activation]:
        """Decide about records that are new or have changed, and return what enters."""

    def decide_later(self, connection: Connection) -> Sequence[Activation]:
        """Decide anew about entries whose time has come, and return what enters."""


class NoRules:
    """The rules of a source that has none."""

    fields: Sequence[str] = ()

    def decide(
        self, _connection: Connection, _records: Sequence[SourceRecord], *, is_baseline: bool
    ) -> Sequence[Activation]:
        """Return nothing."""
        _ = is_baseline
        return ()

    def decide_later(self, _connection: Connection) -> Sequence[Activation]:
        """Return nothing."""
        return ()
