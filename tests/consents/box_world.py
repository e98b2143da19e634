"""A world of one address: two records with a box, edits, wishes, our writes, readings, and late answers.

The functions are the real ones: pages are taken, boxes are followed, wishes are said, verdicts are noted. The
lane, the batch and the org are as simple as they can be. Times are ms; nothing happens by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, delete, func, select

from emulators.salesforce.org.ids import new_id
from pipeline.consents.addresses import digest_of_address
from pipeline.consents.consent_follower import ConsentFollower
from pipeline.consents.overtaking import overtaken, told_again
from pipeline.consents.saying import Saying, waiting_name
from pipeline.consents.statement import IN, OUT, Wish
from pipeline.consents.telling import note_answer, statement_of
from pipeline.consents.untold import people_of
from pipeline.model.activation import Activation
from pipeline.model.consent_account import ConsentAccount
from pipeline.model.source_record import SourceRecord
from pipeline.stores.consent_tables import consent_statements, consent_states
from pipeline.stores.database import reading
from pipeline.stores.people_tables import conflicts
from pipeline.stores.stream_tables import outgoing
from pipeline.streams.page_mode import PageMode
from pipeline.streams.page_taking import PageTaking

ORG = "00D000000000001EAA"
WRITER = "consent-records"
ACCOUNT = ConsentAccount(
    name="email", channel="email", sources=("leads", "contacts", "opt-outs"), audience="consent-email"
)
TABLES = ("Lead", "Contact")
SOURCES = ("leads", "contacts")
LONG = 1_200_000  # ms, in which all that is under way ends
DAYS = 172_800_000  # ms


@dataclass
class Box:
    """The box of one record, version by version: when it was stored, since when it is seen, its value."""

    name: str
    versions: list[tuple[int, int, bool]]

    @property
    def is_ticked(self) -> bool:
        return self.versions[-1][2]

    def seen(self, now: int) -> tuple[int, bool]:
        """Return stamp and value as a reading has them."""
        return [(at // 1000 * 1000, value) for at, since, value in self.versions if since <= now][-1]


@dataclass
class Flight:
    """A batch of one row: claimed, then found, then landed, then answered."""

    row: Activation
    found: list[Box] = field(default_factory=list)
    step: str = "claimed"


@dataclass
class World:
    """All that there is of one address."""

    events: Engine
    number: int
    now: int = 1_800_000_000_000  # of the first one; each has days of its own, so none is a burst
    lane: dict[str, Activation] = field(default_factory=dict)
    flight: Flight | None = None
    notes: list[tuple[int, str, int]] = field(default_factory=list)
    ticks: int = 0
    clears: int = 0
    _events: Any = field(default_factory=count)

    def __post_init__(self) -> None:
        self.now += self.number * DAYS
        with self.events.begin() as connection:
            connection.execute(delete(outgoing))  # of the world before
        self.email = f"p{self.number}@example.com"
        self.digest = digest_of_address(self.email)
        self.boxes = [
            Box(new_id(prefix, self.number), [(self.now - 60_000, 0, False)]) for prefix in ("00Q", "003")
        ]
        for at in range(2):
            self.read(at)

    # People

    def toggle(self, at: int) -> None:
        """Let a human tick a box, or clear it."""
        box = self.boxes[at]
        self.ticks += not box.is_ticked
        self.clears += box.is_ticked
        self.store(box, not box.is_ticked)

    def touch(self, at: int) -> None:
        """Let a human edit something else."""
        self.store(self.boxes[at], self.boxes[at].is_ticked)

    def toggle_unseen(self, at: int) -> None:
        """Let a human tick a box, or clear it, which readings see half a minute later."""
        self.toggle(at)
        box = self.boxes[at]
        stamp, _, value = box.versions.pop()
        box.versions.append((stamp, self.now + 30_000, value))

    def store(self, box: Box, value: bool) -> None:
        since = max(self.now, box.versions[-1][1])
        box.versions.append((max(self.now, box.versions[-1][0]), since, value))

    def say(self, wish: Wish, **evidence: str) -> None:
        with self.events.begin() as connection:
            saying = Saying(connection, ACCOUNT, [WRITER], clock=lambda: self.now)
            saying.say(wish, self.digest, evidence, plain=self.email)

    def answer(self, wish: Wish) -> None:
        """Answer the open question, if there is one."""
        for conflict in self.open_conflicts():
            self.say(wish, conflict=str(conflict))

    def opt_out(self, before: int = 0) -> None:
        """Let an event be read that happened some ms ago."""
        stamp = (self.now - before) // 1000 * 1000
        record = SourceRecord(
            "opt-outs", f"{self.number}-{next(self._events)}", "OPT_OUT", stamp, email=self.email
        )
        follower = ConsentFollower(ACCOUNT, "opt-outs", "", [WRITER], [WRITER], clock=lambda: self.now)
        with self.events.begin() as connection:
            record.person = people_of(connection, [self.digest])[self.digest]  # as a landing has linked it
            self.put("opt-outs", connection, follower.decide(connection, [record], is_baseline=False))

    # Our side

    def read(self, at: int) -> None:
        """Let a source run."""
        follower = ConsentFollower(
            ACCOUNT, SOURCES[at], TABLES[at], [WRITER], [WRITER], clock=lambda: self.now
        )
        taking = PageTaking(SOURCES[at], None, follower)
        lookup = Lookup(self)
        with self.events.begin() as connection:
            taking.take(connection, lookup.by_ids([self.boxes[at].name]), PageMode(1), {})
        while follower.read_ahead(self.events, lookup):
            with self.events.begin() as connection:
                self.put(SOURCES[at], connection, follower.decide_later(connection))

    def put(self, source: str, connection: Any, activations: Sequence[Activation]) -> None:
        rows = [{"source": source, "body": msgspec.json.encode(one).decode()} for one in activations]
        if rows:
            connection.execute(outgoing.insert(), rows)

    def append(self) -> None:
        """Append what pages and commands have put, in the order of their transactions."""
        self.append_of("")

    def append_commands(self) -> None:
        """Append what commands have put: the runs that took pages were killed before they appended."""
        self.append_of(waiting_name(ACCOUNT.name))

    def append_of(self, prefix: str) -> None:
        own = outgoing.c.source.startswith(prefix)
        with self.events.begin() as connection:
            for body in connection.scalars(select(outgoing.c.body).where(own).order_by(outgoing.c.number)):
                activation = msgspec.json.decode(body, type=Activation)
                self.lane[activation.profile_id] = activation
            connection.execute(delete(outgoing).where(own))

    def advance(self) -> None:
        """Let the batch come one step further."""
        flight = self.flight
        if flight is None:
            if self.lane:
                profile = next(iter(self.lane))
                self.flight = Flight(self.lane.pop(profile))
        elif flight.step == "claimed":
            wanted = flight.row.variables["opted_out"]
            flight.found = [box for box in self.boxes if box.is_ticked != wanted]
            flight.step = "found"
        elif flight.step == "found":
            for box in flight.found:
                self.store(box, bool(flight.row.variables["opted_out"]))
            flight.step = "landed"
        else:
            verdict = "delivered" if flight.found else "unchanged"
            self.notes.append((statement_of(flight.row.id) or 0, verdict, self.now))
            self.flight = None

    def write(self, steps: int) -> None:
        """Append all, and let the writes that wait come some steps further."""
        self.append()
        for _ in range(steps):
            self.now += 200
            self.advance()

    def lose(self) -> None:
        """Lose the answer, or the worker: the batch begins again."""
        if self.flight is not None:
            self.flight.step = "claimed"

    def take_notes(self) -> None:
        with self.events.begin() as connection:
            for statement, verdict, at in self.notes:
                note_answer(connection, statement, WRITER, verdict, at)
            self.put(waiting_name(ACCOUNT.name), connection, self.told_again(connection))
        self.notes.clear()

    def told_again(self, connection: Connection) -> list[Activation]:
        """Tell the org once more what counts, where an older wish has reached it last."""
        statements = [statement for statement, *_ in self.notes]
        addresses = overtaken(connection, ACCOUNT.channel, statements, WRITER)
        return told_again(connection, ACCOUNT, addresses, WRITER, self.now)

    def rest(self) -> None:
        """Let everything end."""
        for _ in range(4):
            self.append()
            while self.lane or self.flight:
                self.now += 1_000
                self.advance()
            self.take_notes()
            self.now += LONG
            for at in range(2):
                self.read(at)

    # What is known at the end

    def open_conflicts(self) -> list[int]:
        with reading(self.events) as connection:
            rows = connection.execute(select(conflicts).where(conflicts.c.settled.is_(None))).all()
            return [row.id for row in rows if row._mapping["values"].get("address") == self.digest]

    def asked(self) -> int:
        with reading(self.events) as connection:
            rows = connection.execute(select(conflicts)).all()
            return sum(row._mapping["values"].get("address") == self.digest for row in rows)

    def said_by_boxes(self) -> int:
        own = (consent_statements.c.address == self.digest, consent_statements.c.source.in_(SOURCES))
        with reading(self.events) as connection:
            return connection.scalar(select(func.count()).select_from(consent_statements).where(*own)) or 0

    @property
    def status(self) -> str:
        with reading(self.events) as connection:
            own = consent_states.c.address == self.digest
            return connection.scalar(select(consent_states.c.status).where(own)) or ""


@dataclass(frozen=True)
class Lookup:
    """Reads the records of a world by their ids."""

    world: World

    def by_ids(self, ids: Sequence[str]) -> Sequence[SourceRecord]:
        world = self.world
        found = []
        for at, box in enumerate(world.boxes):
            if box.name in ids:
                stamp, value = box.seen(world.now)
                fields = {"HasOptedOutOfEmail": value, "Email": world.email}
                found.append(
                    SourceRecord(
                        SOURCES[at], box.name, TABLES[at], stamp, fields=fields, org=ORG, email=world.email
                    )
                )
        return found

    def people_of(self, _parents: Sequence[str]) -> Mapping[str, Sequence[SourceRecord]]:
        return {}


Act = tuple[str, Any]
PERSON = ("toggle", "toggle_unseen", "touch")


def carry_out(world: World, act: Act) -> None:
    """Let one thing happen."""
    name, value = act
    if name == "wait":
        world.now += value
    elif value is None:
        getattr(world, name)()
    else:
        getattr(world, name)(value)


ACTS: Sequence[Act] = (
    *((name, at) for name in PERSON for at in range(2)),
    *(("read", at) for at in range(2)),
    ("say", IN),
    ("say", OUT),
    ("answer", IN),
    ("answer", OUT),
    ("opt_out", None),
    ("append", None),
    ("append_commands", None),
    ("advance", None),
    *(("write", steps) for steps in (3, 4, 8)),
    ("lose", None),
    ("take_notes", None),
    *(("wait", amount) for amount in (300, 4_000, 60_000, LONG)),
)
