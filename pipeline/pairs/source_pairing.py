"""The pairs of one source, as its stream calls them: page by page, and after the last page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import Connection, Engine

from pipeline.model.activation import Activation
from pipeline.model.record_reader import RecordLookup
from pipeline.model.source_record import SourceRecord
from pipeline.pairs.field_state import SALESFORCE
from pipeline.pairs.field_store import FieldKey, due_fields
from pipeline.pairs.open_pair import OpenPair, open_pairs
from pipeline.pairs.page_pairing import PagePairing
from pipeline.pairs.second_looks import look_again
from pipeline.pairs.withheld_writes import still_meant
from pipeline.records.catalog import Catalog
from pipeline.stores.database import reading
from pipeline.streams.pairing import Paired, PairingPage

AT_ONCE = 2_000  # fields


def now_ms() -> int:
    """Return the present, in milliseconds since the epoch."""
    return int(datetime.now(UTC).timestamp() * 1000)


@dataclass
class SourcePairing:
    """Decides about the variables that a source shares with the other side of its pairs.

    It is a follower as well: fields that have settled are looked at after the last page of Salesforce's side.
    """

    catalog: Catalog
    source: str
    clock: Callable[[], int] = now_ms
    fields: Sequence[str] = ()
    fields_of_all: Sequence[str] = ()
    wants_existing: bool = False
    catches_up: Sequence[str] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    _due: list[tuple[OpenPair, set[FieldKey]]] = field(default_factory=list)
    _looked: set[tuple[str, FieldKey]] = field(default_factory=set)  # in this run, by pair

    @cached_property
    def pairs(self) -> list[OpenPair]:
        """The pairs that the source is a side of."""
        return open_pairs(self.catalog, self.source)

    def pair(self, connection: Connection, page: PairingPage) -> Paired:
        """Decide about a page, in its transaction, after its records were stored."""
        paired, now = Paired(), self.clock()
        for one in self.pairs:
            PagePairing(one, self.source, now).take(connection, page, paired)
        return paired

    def decide_anew(self, connection: Connection, activations: Sequence[Activation]) -> list[Activation]:
        """Return activations that have waited without the variables that would not be written any more."""
        renewed, now = list(activations), self.clock()
        for one in self.pairs:
            renewed = still_meant(connection, one, renewed, now)
        return renewed

    def prepare(self) -> None:
        """Begin a run: each field is looked at once in it."""
        self._due, self._looked, self._until = [], set(), self.clock()

    def decide(
        self, _connection: Connection, _records: Sequence[SourceRecord], *, is_baseline: bool
    ) -> Sequence[Activation]:
        """Return nothing: pages are decided about by ``pair``."""
        _ = is_baseline
        return ()

    def decide_moved(self, _connection: Connection, _records: Sequence[SourceRecord]) -> Sequence[Activation]:
        """Return nothing: ``pair`` sees all records of a page."""
        return ()

    def read_ahead(self, engine: Engine, _reader: RecordLookup) -> bool:
        """Find fields that have settled."""
        own = [one for one in self.pairs if one.side_of(self.source) == SALESFORCE]
        with reading(engine) as connection:
            found = [(one, set(due_fields(connection, one.pair.name, self._until, AT_ONCE))) for one in own]
        new = [
            (one, {key for key in keys if (one.pair.name, key) not in self._looked}) for one, keys in found
        ]
        self._due = [(one, keys) for one, keys in new if keys]
        self._looked |= {(one.pair.name, key) for one, keys in self._due for key in keys}
        return bool(self._due)

    def decide_later(self, connection: Connection) -> Sequence[Activation]:
        """Look at the settled fields again, and return the activations that follow."""
        due, self._due = self._due, []
        return [
            activation
            for one, keys in due
            for activation in look_again(connection, one, self.source, keys, self.clock())
        ]
