"""Rules as a stream calls them: once per page in its transaction, and once after the last page."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection, Engine

from pipeline.model.activation import Activation
from pipeline.model.record_reader import RecordReader
from pipeline.model.source_record import SourceRecord


class StreamRules(Protocol):
    """The rules of one source.

    ``prepare`` and ``read_ahead`` may call outside systems; they are called outside of any transaction.
    """

    @property
    def fields(self) -> Sequence[str]:
        """The fields that they look at, by path."""

    def prepare(self) -> None:
        """Ask for all that decisions about pages need, before the first one."""

    def decide(
        self, connection: Connection, records: Sequence[SourceRecord], *, is_baseline: bool
    ) -> Sequence[Activation]:
        """Decide about records that are new or have changed, and return what enters."""

    def read_ahead(self, engine: Engine, reader: RecordReader) -> bool:
        """Read some entries whose time has come, and all that decisions about them need; False: none has."""

    def decide_later(self, connection: Connection) -> Sequence[Activation]:
        """Decide anew about the entries that were read ahead, and return what enters."""


class NoRules:
    """The rules of a source that has none."""

    fields: Sequence[str] = ()

    def prepare(self) -> None:
        """Ask nothing."""

    def decide(
        self, _connection: Connection, _records: Sequence[SourceRecord], *, is_baseline: bool
    ) -> Sequence[Activation]:
        """Return nothing."""
        _ = is_baseline
        return ()

    def read_ahead(self, _engine: Engine, _reader: RecordReader) -> bool:
        """Find nothing."""
        return False

    def decide_later(self, _connection: Connection) -> Sequence[Activation]:
        """Return nothing."""
        return ()
