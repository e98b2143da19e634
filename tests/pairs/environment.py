"""Both sides of one person: pages of Salesforce and of Responsys, taken by the real functions."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, delete, select

from pipeline.model.activation import Activation
from pipeline.model.destination import Destination
from pipeline.model.mapped_variable import MappedVariable
from pipeline.model.mapping import RecordMapping
from pipeline.model.pair import Pair
from pipeline.model.source import MembersSource, SalesforceSource
from pipeline.model.source_record import SourceRecord
from pipeline.pairs.field_state import SideName
from pipeline.pairs.field_store import known_fields
from pipeline.pairs.pair_log import events_of
from pipeline.pairs.pair_verdicts import PairVerdict, take_pair_verdicts
from pipeline.pairs.source_pairing import SourcePairing
from pipeline.people.find import find_people
from pipeline.records.catalog import Catalog
from pipeline.stores.stream_tables import outgoing
from pipeline.streams.followers import NoFollower
from pipeline.streams.page_mode import PageMode
from pipeline.streams.page_taking import PageTaking
from pipeline.streams.pairing import PairingPage
from pipeline.streams.record_bodies import body_of, read_body
from pipeline.streams.record_store import known_records, store_records
from pipeline.streams.stream_outbox import read_stored

ORG = "00D000000000001AAA"
ADA = "003000000000001AAA"
RIID = "101"
SETTLE = 900_000  # ms
MAPPING = RecordMapping(
    "person",
    {
        "first_name": MappedVariable("first_name", {"": "FirstName"}),
        "title": MappedVariable("title", {"": "Title"}, null="blank"),
        "phone": MappedVariable("phone", {"": "Phone"}, type="phone", region="FR"),
    },
)
CONTACTS = SalesforceSource(
    name="contacts", every=2, audience="people", connector="crm", object="Contact", mapping="person"
)
LEADS = replace(CONTACTS, name="leads", object="Lead")
MEMBERS = MembersSource(
    name="members",
    every=15,
    audience="members",
    connector="acme",
    columns={"TITLE": "title", "PHONE": "phone"},
)
PAIR = Pair(
    name="person",
    salesforce=("contacts", "leads"),
    responsys="members",
    fields={"title": "ask", "phone": "responsys"},
    mode="live",
)
TO_LIST = Destination(
    name="list",
    audience="people",
    connector="acme",
    action="audience_export",
    options={"columns": {"title": {"column": "TITLE", "null": "blank"}, "phone": {"column": "PHONE"}}},
)
BACK = Destination(
    name="back",
    audience="members",
    connector="crm",
    action="salesforce_record",
    options={"fields": {"title": "Title", "phone": "Phone"}},
)


def catalog_of(pair: Pair = PAIR, **columns: Any) -> Catalog:
    """Return the configuration of both sides; ``columns``: those of Responsys that differ."""
    options = {"columns": {**TO_LIST.options["columns"], **columns}}
    return Catalog(
        1,
        sources=MappingProxyType(
            {
                "contacts": CONTACTS,
                "leads": replace(CONTACTS, name="leads", object="Lead"),
                "members": MEMBERS,
            }
        ),
        mappings=MappingProxyType({"person": MAPPING}),
        pairs=MappingProxyType({pair.name: pair}),
        destinations=MappingProxyType({"list": replace(TO_LIST, options=options), "back": BACK}),
    )


class TwoSides:
    """Takes pages at times that are told."""

    def __init__(self, events: Engine, catalog: Catalog | None = None) -> None:
        self.events = events
        self.catalog = catalog or catalog_of()
        self.now = 1_790_000_000_000

    def later(self, milliseconds: int) -> "TwoSides":
        self.now += milliseconds
        return self

    def pairing(self, source: str) -> SourcePairing:
        return SourcePairing(self.catalog, source, clock=lambda: self.now)

    def salesforce(
        self, values: dict[str, Any], record: str = ADA, source: str = "contacts", **options: Any
    ) -> list[Activation]:
        """Read a record of Salesforce, and return what follows."""
        mode = PageMode(1, resend=options.pop("resend", False))
        table = {"contacts": "Contact", "leads": "Lead"}[source]
        own = {"stamp": self.now, "org": ORG, "email": "ada@example.com", "family": "Lovelace", "riid": RIID}
        row = SourceRecord(source, record, table, **{**own, **options}, values=values)
        taking = PageTaking(source, "people", NoFollower(), pairing=self.pairing(source))
        with self.events.begin() as connection:
            taking.take(connection, [row], mode, {})
            return self.taken(connection)

    def responsys(
        self, values: dict[str, Any], riid: str = RIID, stamp: int | None = None
    ) -> list[Activation]:
        """Read a member of Responsys, and return what follows."""
        row = SourceRecord("members", riid, "member", self.now, values=values, riid=riid, in_org=False)
        with self.events.begin() as connection:
            row.person = find_people(connection, riid)[0]
            known = known_records(connection, "members", [riid])
            digest, body = body_of(row)
            is_changed = riid not in known or known[riid].digest != digest
            if is_changed:
                row.before = read_body(known[riid].body) if riid in known else None
                store_records(connection, [(row, digest, body)], 1)
            people = {riid: known[riid].person} if known else {}
            page = PairingPage([row] if is_changed else [], [] if is_changed else [row], people)
            paired = self.pairing("members").pair(connection, page)
            return paired.activations

    def look(self) -> list[Activation]:
        """Look at what has settled, as after the last page of Salesforce."""
        pairing, found = self.pairing("contacts"), []
        pairing.prepare()
        while pairing.read_ahead(self.events, None):  # type: ignore[arg-type]
            with self.events.begin() as connection:
                found += pairing.decide_later(connection)
        return found

    def verdict(self, side: SideName, name: str = "title", code: str = "") -> None:
        """Let the verdict of the last write to a side arrive."""
        number, person = self.states()[name].side(side).open[-1].number, self.person()
        with self.events.begin() as connection:
            verdict = PairVerdict(side, person, number, code)
            take_pair_verdicts(connection, self.catalog, [verdict], self.now)

    def taken(self, connection: Connection) -> list[Activation]:
        bodies = connection.scalars(select(outgoing.c.body).order_by(outgoing.c.number)).all()
        connection.execute(delete(outgoing))
        return [read_stored(body.encode()) for body in bodies]

    def person(self, text: str = ADA) -> int:
        with self.events.begin() as connection:
            return find_people(connection, text)[0]

    def states(self) -> dict[str, Any]:
        """Return the fields that are not at rest."""
        person = self.person()
        with self.events.begin() as connection:
            known = known_fields(connection, "person", [person])
        return {name: state for (_, name), state in known.items()}

    def history(self, name: str = "title") -> list[tuple[str, str, Any]]:
        person = self.person()
        with self.events.begin() as connection:
            found = events_of(connection, person, name)
        return [(one["side"], one["event"], one["value"]) for one in found]
