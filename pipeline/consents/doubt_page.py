"""A page of doubtful boxes, read once more after our own writes were answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from pipeline.consents.addresses import addressed_by, digest_of_address, known_of
from pipeline.consents.box_doubts import Finding, forget_doubts, judge_box
from pipeline.consents.box_page import CHANNEL
from pipeline.consents.box_statements import BoxReading, readings_of, statement_of_box
from pipeline.consents.conflict_questions import ClearedBox, open_conflicts_about
from pipeline.consents.state_store import read_states
from pipeline.consents.statement import Statement
from pipeline.consents.telling import Addressed
from pipeline.consents.told import tells_of
from pipeline.model.source_record import SourceRecord
from pipeline.streams.record_store import known_records


@dataclass
class DoubtPage:
    """Doubtful boxes of one source; ``asked_for``: ids, also of records that are no longer there."""

    name: str  # of the consents
    source: str
    of_org: Sequence[str]  # destinations that write to the org
    connection: Connection
    asked_for: Sequence[str]
    records: Sequence[SourceRecord]
    now: int
    findings: list[tuple[BoxReading, Finding]] = field(default_factory=list)

    def __post_init__(self) -> None:
        known = known_records(self.connection, self.source, self.asked_for)
        for record in self.records:
            record.person = known[record.id].person if record.id in known else None
        readings = readings_of(self.records)
        addresses = [digest_of_address(one.record.email) for one in readings]
        self.states = read_states(self.connection, CHANNEL, addresses)
        tells = tells_of(self.connection, CHANNEL, list(self.states), self.of_org)
        for one, address in zip(readings, addresses, strict=True):
            finding = judge_box(one, self.states.get(address), tells.get(address, ()), self.now)
            self.findings.append((one, finding))

    def statements(self) -> tuple[list[Statement], list[Addressed]]:
        """Return the statements of boxes that a human ticked; ask about those that a human cleared."""
        by_humans = [one for one, finding in self.findings if finding == "human"]
        cleared = [
            ClearedBox(one.record, digest_of_address(one.record.email), CHANNEL, self.name)
            for one in by_humans
            if not one.is_ticked
        ]
        open_conflicts_about(self.connection, cleared)
        waiting = {one.record.id for one, finding in self.findings if finding == "waits"}
        settled = [record for record in self.asked_for if record not in waiting]
        forget_doubts(self.connection, self.name, self.source, settled)
        return self._ticked([one for one in by_humans if one.is_ticked])

    def _ticked(self, ticked: Sequence[BoxReading]) -> tuple[list[Statement], list[Addressed]]:
        """Return statements that count in the present epoch: our own write had cleared the boxes in it."""
        known = known_of(self.connection, [one.record for one in ticked])
        found = [
            (one, who)
            for one in ticked
            for who in addressed_by(one.record, known, {"salesforce_id": one.record.id})
        ]
        statements = [
            statement_of_box(one, "box", who.address, CHANNEL, self._opened(who.address))
            for one, who in found
        ]
        return statements, [who for _, who in found]

    def _opened(self, address: str) -> int:
        """Return when the epoch of an address began."""
        return self.states[address].state.opened if address in self.states else 0
