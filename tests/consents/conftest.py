"""Consents on both databases: records and events as pages have them, a clock that is told."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Engine, select

from pipeline.consents.consent_follower import ConsentFollower
from pipeline.consents.telling import note_answer, statement_of
from pipeline.model.consent_account import ConsentAccount
from pipeline.model.source_record import SourceRecord
from pipeline.people.assign import assign
from pipeline.stores.consent_tables import consent_statements, consent_states
from pipeline.stores.database import reading

ORG = "00D000000000001EAA"
ADA = "ada@example.com"
EMAIL = ConsentAccount(
    name="email", channel="email", sources=("leads", "opt-outs"), audience="consent-email", again="evidence"
)
DESTINATIONS = ("consent-list", "consent-note", "consent-records")
OF_ORG = ("consent-note", "consent-records")


@dataclass
class Consents:
    """One consents record that follows leads and events."""

    events: Engine
    account: ConsentAccount = EMAIL
    now: int = 1_800_000_000_000
    records: dict[str, dict[str, Any]] = field(default_factory=dict)  # as they were last read
    number: int = 0

    def follower(self, source: str, table: str) -> ConsentFollower:
        return ConsentFollower(self.account, source, table, DESTINATIONS, OF_ORG, clock=lambda: self.now)

    def lead(
        self, name: str, *, box: bool, email: str = ADA, stamp: int | None = None, **options: Any
    ) -> Any:
        """Let a lead be read, and return what follows."""
        fields = {"HasOptedOutOfEmail": box, "Email": email}
        known = self.records.get(name)
        record = SourceRecord(
            "leads", name, "Lead", self.now if stamp is None else stamp, fields=fields, org=ORG, email=email,
            before=known and {"values": {}, "fields": known, "sent": {}},
        )  # fmt: skip
        self.records[name] = fields
        return self.page("leads", "Lead", [record], **options)

    def event(self, kind: str, email: str = ADA, at: int | None = None, **options: Any) -> Any:
        """Let an event be read, and return what follows."""
        self.number += 1
        values = {"id": str(self.number), "stamp": (self.now if at is None else at) // 1000 * 1000, **options}
        record = SourceRecord("opt-outs", table=kind, email=email, **values)
        return self.page("opt-outs", "", [record])

    def page(self, source: str, table: str, records: list[SourceRecord], *, is_baseline: bool = False) -> Any:
        with self.events.begin() as connection:
            known = [record for record in records if record.org or record.email]
            assign(connection, known)
            follower = self.follower(source, table)
            return list(follower.decide(connection, records, is_baseline=is_baseline))

    def answer(self, activations: Any, destinations: Any = DESTINATIONS, verdict: str = "delivered") -> None:
        """Let destinations answer."""
        with self.events.begin() as connection:
            for activation in activations:
                statement = statement_of(activation.id)
                assert statement is not None
                for destination in destinations:
                    note_answer(connection, statement, destination, verdict, self.now)

    @property
    def statuses(self) -> list[tuple[str, int]]:
        with reading(self.events) as connection:
            rows = connection.execute(select(consent_states).order_by(consent_states.c.address))
            return [(row.status, row.epoch) for row in rows]

    @property
    def kept(self) -> list[tuple[str, str, str]]:
        with reading(self.events) as connection:
            rows = connection.execute(select(consent_statements).order_by(consent_statements.c.id))
            return [(row.wish, row.kind, row.effect) for row in rows]


def told(activations: Any) -> list[tuple[str, Any]]:
    return [(each.variables["consent"], each.identifiers.get("email")) for each in activations]


@pytest.fixture
def consent(events: Engine) -> Consents:
    return Consents(events)
