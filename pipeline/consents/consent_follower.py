"""The follower of consents: statements, conflicts and activations of a page, in its transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine

from pipeline.consents import bursts
from pipeline.consents.box_doubts import is_due, note_doubts, read_doubts
from pipeline.consents.box_page import CHANNEL, BoxPage
from pipeline.consents.box_statements import ADDRESS, BOX
from pipeline.consents.clear_boxes import with_clear_box
from pipeline.consents.conflict_questions import close_conflicts, close_older
from pipeline.consents.doubt_page import DoubtPage
from pipeline.consents.event_page import EventPage
from pipeline.consents.noting import Noted, Noting, now_ms
from pipeline.consents.state_store import read_states
from pipeline.consents.statement import IN, OUT, Statement
from pipeline.consents.telling import Addressed, Telling
from pipeline.consents.told import tells_of
from pipeline.consents.untold import addressed_of
from pipeline.model.activation import Activation
from pipeline.model.consent_account import ConsentAccount
from pipeline.model.record_reader import RecordLookup
from pipeline.model.source_record import SourceRecord
from pipeline.stores.database import reading
from pipeline.streams import stream_outbox
from pipeline.streams.followers import NoFollower

WITH_BOXES = ("Lead", "Contact")
AT_ONCE = 200  # records that are asked for by id


@dataclass(frozen=True)
class Followed:
    """The effect of statements: addresses with a changed state, and those that are told."""

    changed: set[str]
    people: list[Addressed]


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
    _looked_at: set[str] = field(default_factory=set)  # records, by this run
    _ahead: tuple[Sequence[str], Sequence[SourceRecord]] = ((), ())
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
        if not self.has_boxes:
            said = EventPage(self.consent.channel, connection, records).statements()
            return self._pass_on(connection, self._note(connection, *said))
        page = BoxPage(self.consent.name, self.of_org, connection, records, is_baseline)
        followed = self._note(connection, *page.statements())
        note_doubts(connection, self.consent.name, page.doubtful())
        return self._pass_on(connection, followed, page.appeared(followed.changed))

    def _note(
        self, connection: Connection, statements: Sequence[Statement], addressed: Sequence[Addressed]
    ) -> Followed:
        """Note statements, and close the questions that they answer."""
        noted = Noting(connection, self.consent, self.clock).note(statements)
        changed = {one.statement.address for one in noted if one.told}
        people = [one for one in addressed if one.address in changed]
        answered = sorted(self._close_conflicts(connection, noted) - changed)
        again = addressed_of(connection, with_clear_box(connection, answered, self.consent.sources))
        return Followed(changed, [*people, *again])

    def _pass_on(
        self, connection: Connection, followed: Followed, appeared: Sequence[Addressed] = ()
    ) -> Sequence[Activation]:
        """Return the activations for both sides; ``appeared``: addresses of new records."""
        told = self._tell(connection, [*followed.people, *appeared])
        return self._held_or(connection, told) if followed.changed or told else told

    def decide_moved(self, connection: Connection, records: Sequence[SourceRecord]) -> Sequence[Activation]:
        """Look at boxes that our own write has changed since the last reading, and a human has set back."""
        if not self.has_boxes:
            return ()
        for record in records:
            record.before = {"values": record.values, "fields": record.fields}
        return self.decide(connection, records, is_baseline=False)

    def read_ahead(self, engine: Engine, reader: RecordLookup) -> bool:
        """Read some doubtful boxes once more, after our writes to them were answered; False: none is due."""
        if not self.has_boxes:
            return False
        with reading(engine) as connection:
            ids = [one for one in self._due(connection) if one not in self._looked_at][:AT_ONCE]
        self._looked_at.update(ids)
        self._ahead = (ids, reader.by_ids(ids)) if ids else ([], [])
        return bool(ids)

    def decide_later(self, connection: Connection) -> Sequence[Activation]:
        """Decide about the boxes that were read once more."""
        ids, records = self._ahead
        if not ids:
            return ()
        name = self.consent.name
        page = DoubtPage(name, self.source, self.of_org, connection, ids, records, self.clock())
        return self._pass_on(connection, self._note(connection, *page.statements()))

    def _due(self, connection: Connection) -> list[str]:
        """Return the ids of records with a doubtful box that is due to be read once more."""
        doubts = read_doubts(connection, self.consent.name, self.source)
        states = read_states(connection, CHANNEL, list(doubts.values()))
        tells = tells_of(connection, CHANNEL, list(states), self.of_org)
        now = self.clock()
        return [
            record
            for record, address in doubts.items()
            if is_due(states.get(address), tells.get(address, ()), now)
        ]

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
        stream_outbox.put_outgoing(
            connection, bursts.held_name(self.consent.name, self.source), told, bulk=False
        )
        return []

    def _close_conflicts(self, connection: Connection, noted: Sequence[Noted]) -> set[str]:
        """Close the questions that statements answer; return the addresses of those answered with out."""
        begun = {one.statement.address for one in noted if one.told == IN}
        close_conflicts(connection, begun, self.consent.channel, "in", "statement")
        said: dict[str, int] = {}
        for one in noted:
            if one.statement.wish == OUT:
                said[one.statement.address] = max(one.at, said.get(one.statement.address, 0))
        return close_older(connection, said, self.consent.channel)
