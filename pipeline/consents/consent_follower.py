"""The follower of consents: statements, conflicts and activations of a page, in its transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from pipeline.consents import bursts
from pipeline.consents.box_page import CHANNEL, BoxPage
from pipeline.consents.box_statements import ADDRESS, BOX
from pipeline.consents.conflict_questions import close
from pipeline.consents.event_page import EventPage
from pipeline.consents.noting import Noted, Noting, now_ms
from pipeline.consents.state_store import read_states
from pipeline.consents.statement import IN, OUT
from pipeline.consents.telling import Addressed, Telling
from pipeline.model.activation import Activation
from pipeline.model.consent_account import ConsentAccount
from pipeline.model.source_record import SourceRecord
from pipeline.streams import stream_outbox
from pipeline.streams.followers import NoFollower

WITH_BOXES = ("Lead", "Contact")


@dataclass
class ConsentFollower(NoFollower):
    """Follows one source for one consents record.

    ``destinations``: of its audience; ``of_org``: the ones of these that write to the source's own org.
    """

    consent: ConsentAccount
    source: str
    table: str  # the object that the source reads, "" for events
    destinations: Sequence[str]
    of_org: Sequence[str] = ()
    clock: Callable[[], int] = field(default=now_ms)
    wants_existing = True  # statements from before the consents were configured count

    def __post_init__(self) -> None:
        self.fields = (BOX, ADDRESS) if self.has_boxes else ()
        self.fields_of_all = self.fields
        self.catches_up = () if self.table else (f"{self.consent.name}/{self.consent.channel}",)

    @property
    def has_boxes(self) -> bool:
        """Whether records of the source have a box for the channel."""
        return self.table in WITH_BOXES and self.consent.channel == CHANNEL

    def decide(
        self, connection: Connection, records: Sequence[SourceRecord], *, is_baseline: bool
    ) -> Sequence[Activation]:
        """Note the statements of records, and return the activations for both sides."""
        page = (
            BoxPage(self.consent.name, self.of_org, connection, records, is_baseline)
            if self.has_boxes
            else EventPage(self.consent.channel, connection, records)
        )
        statements, addressed = page.statements()
        noted = Noting(connection, self.consent, self.clock).note(statements)
        changed = {one.statement.address for one in noted if one.told}
        people = [one for one in addressed if one.address in changed]
        self._close_conflicts(connection, noted)
        told = self._tell(connection, [*people, *page.appeared(changed)])
        if any(one.told == OUT for one in noted) or told:
            return self._held_or(connection, told)
        return told

    def decide_moved(self, connection: Connection, records: Sequence[SourceRecord]) -> Sequence[Activation]:
        """Look at boxes that our own write has changed since the last reading, and a human has set back."""
        if not self.has_boxes:
            return ()
        for record in records:
            record.before = {"values": record.values, "fields": record.fields}
        return self.decide(connection, records, is_baseline=False)

    def _tell(self, connection: Connection, people: Sequence[Addressed]) -> list[Activation]:
        """Return activations of the states that addresses have now."""
        channel = self.consent.channel
        states = read_states(connection, channel, [one.address for one in people])
        telling = Telling(connection, self.consent.told_audience, channel, self.destinations)
        return telling.tell(states, people, self.clock())

    def _held_or(self, connection: Connection, told: list[Activation]) -> list[Activation]:
        """Return the activations; in a burst keep them waiting, and return none."""
        if not bursts.is_held(connection, self.consent.name, self.source, self.clock()):
            return told
        stream_outbox.put(connection, bursts.held_name(self.consent.name, self.source), told, bulk=False)
        return []

    def _close_conflicts(self, connection: Connection, noted: Sequence[Noted]) -> None:
        begun = {one.statement.address for one in noted if one.told == IN}
        ticked = {one.statement.address for one in noted if one.statement.wish == OUT}
        close(connection, begun, self.consent.channel, "in", "statement")
        close(connection, ticked, self.consent.channel, "gone", "statement")
