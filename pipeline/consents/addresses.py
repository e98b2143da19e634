"""Addresses of people, which statements and batches are about; they are known by digests.

A person without any address has a stand-in for each RIID: "riid:ACCOUNT:RIID".
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from pipeline.consents.telling import Addressed
from pipeline.model.source_record import SourceRecord
from pipeline.people.record_identity import riid_of, sha256
from pipeline.stores.people_tables import handles
from pipeline.stores.stream_tables import records
from pipeline.stores.unindexed import unindexed

STAND_IN = "riid:"


@dataclass
class KnownHandlesOf:
    """The handles of one person, by kind."""

    emails: list[tuple[int, str, str | None]] = field(default_factory=list)  # id, digest, address if known
    riids: list[tuple[str, str]] = field(default_factory=list)  # account, RIID

    @property
    def digests(self) -> list[str]:
        """Return the addresses or, without any, their stand-ins."""
        return [digest for _, digest, _ in self.emails] or [stand_in(*one) for one in self.riids]

    @property
    def only_riid(self) -> str:
        """Return the RIID; "" if the person has several RIIDs or addresses, so that they may be separate."""
        return self.riids[0][1] if len(self.riids) == 1 and len(self.emails) == 1 else ""


def digest_of_address(address: str) -> str:
    """Return the SHA-256 of an address in lower case, "" for none."""
    address = address.strip().lower()
    return sha256(address) if address else ""


def stand_in(account: str, riid: str) -> str:
    """Return the stand-in for the address of a RIID without a known address."""
    return f"{STAND_IN}{account}:{riid}"


def handles_of_people(connection: Connection, people: Collection[int]) -> dict[int, KnownHandlesOf]:
    """Return the addresses and RIIDs of some people, by person."""
    names = ("id", "kind", "scope", "value", "label", "person")
    query = select(*(handles.c[name] for name in names)).where(
        handles.c.person.in_(people), unindexed(handles.c.kind).in_(("email", "riid"))
    )
    found: dict[int, KnownHandlesOf] = {}
    for row in connection.execute(query.order_by(handles.c.id)):
        known = found.setdefault(row.person, KnownHandlesOf())
        if row.kind == "email":
            known.emails.append((row.id, row.value, row.label))
        else:
            known.riids.append((row.scope, row.value))
    return found


def addressed_by(
    record: SourceRecord, known: Mapping[int, KnownHandlesOf], further: Mapping[str, str] | None = None
) -> list[Addressed]:
    """Return the addresses that a record is about: its own or, without one, all of its person.

    ``further``: identifiers of Salesforce that the record names beside its own.
    """
    person = known.get(record.person or 0, KnownHandlesOf())
    own = digest_of_address(record.email)
    identifiers = {"riid": riid_of(record.riid), **(further or {})}
    if own:
        found = [(own, {"email": record.email.strip().lower(), **identifiers})]
    else:
        emails = [(digest, {"email": label or ""}) for _, digest, label in person.emails]
        stand_ins = [(stand_in(*one), {"riid": one[1]}) for one in person.riids]
        found = emails or stand_ins
        if len(found) == 1:
            found = [(found[0][0], {**found[0][1], **nonempty_identifiers(identifiers)})]
    return [
        Addressed(address, profile_of(record.person, address, person), nonempty_identifiers(named))
        for address, named in found
    ]


def profile_of(person: int | None, address: str, known: KnownHandlesOf) -> str:
    """Return the profile of an address: the person or, for its further addresses, the address's own handle.

    Rows of one profile are laid over each other while they wait, and two addresses may be told two things.
    The number of a handle names its person as well.
    """
    first = known.emails[0][1] if known.emails else address
    own = next((number for number, digest, _ in known.emails if digest == address), None)
    return f"person:{person if address == first or own is None else own}"


def plain_address(connection: Connection, person: int, digest: str) -> str:
    """Return the text of an address out of its person's records, "" if no record has it."""
    return plain_addresses(connection, [person]).get(digest, "")


def plain_addresses(connection: Connection, people: Collection[int]) -> dict[str, str]:
    """Return the addresses in the records of some people, by digest."""
    bodies = connection.scalars(select(records.c.body).where(records.c.person.in_(people)))
    found: dict[str, str] = {}
    for values, fields, *_ in map(msgspec.json.decode, filter(None, bodies)):
        texts = [text for text in (*fields.values(), *values.values()) if isinstance(text, str)]
        found |= {digest_of_address(text): text.strip().lower() for text in texts if "@" in text}
    return found


def fill_in_addresses(connection: Connection, known: Mapping[int, KnownHandlesOf]) -> None:
    """Add the text of addresses that are known only as digests, out of the records of their people."""
    people = [number for number, one in known.items() if any(label is None for *_, label in one.emails)]
    plain = plain_addresses(connection, people) if people else {}
    for number in people:
        emails = known[number].emails
        emails[:] = [(handle, digest, label or plain.get(digest)) for handle, digest, label in emails]


def nonempty_identifiers(identifiers: Mapping[str, Any]) -> dict[str, str]:
    """Leave out empty identifiers."""
    return {name: str(value) for name, value in identifiers.items() if value}


def digests_by(records: Iterable[Sequence[Addressed]]) -> list[str]:
    """Return all addresses of some records, each once."""
    return list(dict.fromkeys(one.address for found in records for one in found))


def known_of(connection: Connection, records: Sequence[SourceRecord]) -> dict[int, KnownHandlesOf]:
    """Return the handles of the people of records."""
    people = {record.person for record in records if record.person is not None}
    return handles_of_people(connection, people) if people else {}
