"""A page of records with a box: ticks, boxes that were cleared, and records that have appeared."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from pipeline.consents.addresses import addressed_by, digest_of_address, known_of
from pipeline.consents.box_doubts import box_differs
from pipeline.consents.box_statements import BoxReading, readings_of, statement_of_box
from pipeline.consents.conflict_questions import ClearedBox, open_conflicts_about
from pipeline.consents.own_writes import Tell, is_own_write, is_set_back
from pipeline.consents.state_store import StoredState, read_states
from pipeline.consents.statement import IN, OUT, Kind, Statement
from pipeline.consents.telling import Addressed
from pipeline.consents.told import tells_of
from pipeline.model.source_record import SourceRecord

CHANNEL = "email"  # of the boxes


@dataclass
class BoxPage:
    """Records with a box."""

    name: str  # of the consents
    of_org: Sequence[str]  # destinations that write to the org
    connection: Connection
    records: Sequence[SourceRecord]
    is_baseline: bool

    asked: set[str] = field(default_factory=set)  # addresses that there is a question about

    def __post_init__(self) -> None:
        self.readings = readings_of(self.records)
        addresses = [digest_of_address(one.record.email) for one in self.readings]
        self.states = read_states(self.connection, CHANNEL, addresses)
        self.tells = tells_of(self.connection, CHANNEL, list(self.states), self.of_org)

    def statements(self) -> tuple[list[Statement], list[Addressed]]:
        """Return the statements of boxes that were ticked; ask about those that were cleared."""
        cleared = [box for one in self.readings if (box := self._cleared(one))]
        self.asked = {box.address for box in cleared}
        open_conflicts_about(self.connection, cleared)
        ticked = [
            (one, kind) for one in self.readings if (kind := self._kind(one)) and not self._is_ours(one, OUT)
        ]
        known = known_of(self.connection, [one.record for one, _ in ticked])
        found = [
            (one, kind, who)
            for one, kind in ticked
            for who in addressed_by(one.record, known, {"salesforce_id": one.record.id})
        ]
        statements = [statement_of_box(one, kind, who.address, CHANNEL) for one, kind, who in found]
        return statements, [who for _, _, who in found]

    def appeared(self, changed: set[str]) -> list[Addressed]:
        """Return the addresses that are out, of new records with a clear box."""
        found = [
            one.record
            for one in self.readings
            if one.has_appeared
            and not one.is_ticked
            and self._is_out(digest_of_address(one.record.email))
            and digest_of_address(one.record.email) not in changed
        ]
        known = known_of(self.connection, found)
        return [who for record in found for who in addressed_by(record, known, {"salesforce_id": record.id})]

    def doubtful(self) -> list[BoxReading]:
        """Return the boxes that differ from the state after the page, without a statement that explains it.

        Our own write may explain it, so they are read once more after the answer to the write.
        """
        states = read_states(self.connection, CHANNEL, list(self.states))
        return [
            one
            for one in self.readings
            if not one.has_appeared
            and (address := digest_of_address(one.record.email)) not in self.asked
            and address in self.tells
            and box_differs(one.is_ticked, states.get(address))
        ]

    def _is_out(self, address: str) -> bool:
        stored: StoredState | None = self.states.get(address)
        return stored is not None and stored.state.status == OUT

    def _kind(self, reading: BoxReading) -> Kind | None:
        address = digest_of_address(reading.record.email)
        again = not self._is_out(address) and self._is_set_back(reading, IN)
        return reading.kind(is_baseline=self.is_baseline, is_ticked_again=again)

    def _is_set_back(self, reading: BoxReading, status: str) -> bool:
        tells = self.tells.get(digest_of_address(reading.record.email), ())
        return is_set_back(reading.record.stamp, tells, status)

    def _is_ours(self, reading: BoxReading, status: str) -> bool:
        tells: Sequence[Tell] = self.tells.get(digest_of_address(reading.record.email), ())
        return is_own_write(reading, tells, status)

    def _cleared(self, reading: BoxReading) -> ClearedBox | None:
        """Return a box that a human cleared, though the person is out."""
        address = digest_of_address(reading.record.email)
        cleared = reading.was_cleared or (reading.stays_clear and self._is_set_back(reading, OUT))
        if not (cleared and self._is_out(address)) or self._is_ours(reading, IN):
            return None
        return ClearedBox(reading.record, address, CHANNEL, self.name)
