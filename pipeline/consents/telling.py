"""Telling: activations of the consents' audience, and the account of which destination was told when.

An activation's id is "consent:STATEMENT:NUMBER", by which notes of batches lead back to the statement; one
that goes to a single destination has its name after the number.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from msgspec.structs import replace
from sqlalchemy import Connection, case, func, select

from pipeline.consents.state_store import StoredState, count_tells
from pipeline.consents.statement import OUT
from pipeline.model.activation import Activation
from pipeline.stores.consent_tables import consent_statements, consent_tells
from pipeline.stores.upsert import insert_into
from pipeline.text.times import rfc3339

REACHED = ("delivered", "unchanged")
# The address has no record or member; one that is added later is told.
NOBODY = ("NO_RECORD_FOUND", "RECORD_NOT_FOUND", "NO_RECIPIENT_FOUND", "RECIPIENT_NOT_FOUND")
ID = re.compile(r"consent:(\d+):.+")


@dataclass(frozen=True)
class Addressed:
    """An address with all that is known of it, as both sides find it."""

    address: str  # SHA-256
    profile: str  # "person:7"
    identifiers: Mapping[str, str]  # email, riid, salesforce_id, as far as known


@dataclass(frozen=True)
class Telling:
    """Tells the destinations of a consents' audience the states of addresses."""

    connection: Connection
    audience: str | None
    channel: str
    destinations: Sequence[str]  # of the audience

    def tell(
        self, states: Mapping[str, StoredState], people: Iterable[Addressed], now: int
    ) -> list[Activation]:
        """Return an activation for each address that has a state, and note that it goes out."""
        told = [one for one in people if one.address in states and states[one.address].state.status]
        told = list({one.address: one for one in told}.values())
        if self.audience is None or not told:
            return []
        sayings = self._sayings({states[one.address].statement for one in told})
        self._note(told, states, now)
        count_tells(self.connection, [(one.address, self.channel) for one in told])
        return [self._activation(one, states[one.address], sayings) for one in told]

    def tell_each(
        self, states: Mapping[str, StoredState], people: Iterable[Addressed], now: int
    ) -> list[Activation]:
        """Return an activation for each address and destination, for these destinations alone."""
        return [
            replace(activation, id=f"{activation.id}:{destination}", destination=destination)
            for activation in self.tell(states, people, now)
            for destination in self.destinations
        ]

    def _sayings(self, numbers: set[int]) -> dict[int, tuple[str, str]]:
        """Return source and time of statements."""
        query = select(consent_statements.c.id, consent_statements.c.source, consent_statements.c.at).where(
            consent_statements.c.id.in_(numbers)
        )
        return {
            row.id: (row.source, rfc3339(datetime.fromtimestamp(row.at // 1000, UTC)))
            for row in self.connection.execute(query)
        }

    def _activation(
        self, one: Addressed, stored: StoredState, sayings: Mapping[int, tuple[str, str]]
    ) -> Activation:
        source, captured_at = sayings[stored.statement]
        return Activation(
            audience=str(self.audience),
            profile_id=one.profile,
            call_type="UPDATE",
            identifiers=dict(one.identifiers),
            variables={
                "consent": stored.state.status,
                "opted_out": stored.state.status == OUT,
                "source": source,
                "captured_at": captured_at,
            },
            id=f"consent:{stored.statement}:{stored.tells + 1}",
        )

    def _note(self, told: Sequence[Addressed], states: Mapping[str, StoredState], now: int) -> None:
        """Note that an answer of each destination is awaited, again if it was told of the state before."""
        rows = [
            {
                "statement": states[one.address].statement,
                "destination": destination,
                "address": one.address,
                "channel": self.channel,
                "status": states[one.address].state.status,
                "sent_at": now,
                "settled_at": None,
                "verdict": "",
                "waits": True,
                "first_at": now,
            }
            for one in told
            for destination in self.destinations
        ]
        if not rows:
            return
        statement = insert_into(self.connection.dialect.name, consent_tells)
        since = case((consent_tells.c.waits, consent_tells.c.sent_at), else_=statement.excluded.sent_at)
        again = {"sent_at": since, "settled_at": None, "verdict": "", "waits": True}
        key = list(consent_tells.primary_key.columns)
        self.connection.execute(statement.on_conflict_do_update(index_elements=key, set_=again), rows)


def statement_of(activation: str) -> int | None:
    """Return the statement of an activation's id; None: it is none of a consent."""
    match = ID.fullmatch(activation)
    return int(match[1]) if match else None


def note_answer(connection: Connection, statement: int, destination: str, verdict: str, at: int) -> None:
    """Note the verdict of a destination; a destination that was added since gets a line of its own."""
    said = select(
        consent_statements.c.address,
        consent_statements.c.channel,
        consent_statements.c.effect,
        consent_statements.c.wish,
    ).where(consent_statements.c.id == statement)
    row = connection.execute(said).first()
    if row is None:
        return
    insert = insert_into(connection.dialect.name, consent_tells).values(
        statement=statement,
        destination=destination,
        address=row.address,
        channel=row.channel,
        status=row.effect or row.wish,
        sent_at=at,
        settled_at=at,
        verdict=verdict,
        waits=verdict not in (*REACHED, *NOBODY),
        first_at=at,
        known_at=at if verdict in REACHED else None,
    )
    key = list(consent_tells.primary_key.columns)
    answer = {name: insert.excluded[name] for name in ("settled_at", "verdict", "waits")}
    answer["known_at"] = func.coalesce(consent_tells.c.known_at, insert.excluded.known_at)
    connection.execute(insert.on_conflict_do_update(index_elements=key, set_=answer))
