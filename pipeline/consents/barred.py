"""Barred rows: the address of the row is out, or the person of the row has an address that is out.

One query for all rows of a batch. A person with several addresses is barred if one of them is out: it is not
known here to which of them an outside system would write.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    String,
    case,
    cast,
    literal,
    select,
    union_all,
)

from pipeline.consents.addresses import STAND_IN, digest_of_address
from pipeline.consents.statement import OUT
from pipeline.consents.tombstones import graves_of
from pipeline.model.activation import Activation
from pipeline.model.salesforce_id import full_or_none
from pipeline.model.source_record import SourceRecord
from pipeline.people.find import person_number
from pipeline.people.record_identity import riid_of
from pipeline.people.scopes import in_any_scope
from pipeline.stores.consent_tables import consent_states
from pipeline.stores.people_tables import handles

Named = tuple[
    str, str
]  # kind and value: ("email", digest), ("riid", "7"), ("salesforce", id), ("person", "7")


def names_of(row: Activation) -> set[Named]:
    """Return the names by which a row identifies its person."""
    identifiers = row.identifiers
    email = digest_of_address(identifiers.get("email") or "")
    found = {
        "email": email or (identifiers.get("hashed_email") or "").lower(),
        "riid": riid_of(identifiers.get("riid") or ""),
        "salesforce": full_or_none(identifiers.get("salesforce_id") or "") or "",
        "person": str(person_number(row.profile_id) or ""),
    }
    return {(kind, value) for kind, value in found.items() if value}


def names_of_record(record: SourceRecord) -> set[Named]:
    """Return the names by which a record identifies its person."""
    found = {
        "email": digest_of_address(record.email),
        "riid": riid_of(record.riid),
        "person": str(record.person or ""),
    }
    return {(kind, value) for kind, value in found.items() if value}


def barred_positions(
    connection: Connection,
    channel: str,
    rows: Sequence[Activation],
    account: str | None = None,
    accounts: Collection[str] = (),
) -> set[int]:
    """Return the positions of the rows that are barred.

    ``account``: the Responsys account that the RIIDs of the rows belong to; None: any. ``accounts``: accounts
    to look in for members that were erased.
    """
    named = {position: names_of(row) for position, row in enumerate(rows)}
    every = {name for names in named.values() for name in names}
    if not every:
        return set()
    out = names_that_are_out(connection, channel, every, account, accounts)
    return {position for position, names in named.items() if names & out}


def names_that_are_out(
    connection: Connection,
    channel: str,
    named: set[Named],
    account: str | None = None,
    accounts: Collection[str] = (),
) -> set[Named]:
    """Return the names that are out: by their address, or by any address of their person.

    ``account``, ``accounts``: see ``barred_positions``.
    """
    graves = graves_of([value for kind, value in named if kind == "riid"], accounts)
    query = names_query(channel, named | {("email", one) for one in graves}, account)
    out = {(row.kind, row.value) for row in connection.execute(query)}
    return out | {("riid", graves[value]) for kind, value in out if kind == "email" and value in graves}


def names_query(channel: str, named: set[Named], account: str | None) -> CompoundSelect[Any]:
    """Return the query of names that are out: addresses, also without a known person, and names of people."""
    values: dict[str, list[str]] = {kind: [] for kind in ("email", "riid", "salesforce", "person")}
    for kind, value in sorted(named):
        values[kind].append(value)
    is_out = (consent_states.c.channel == channel) & (consent_states.c.status == OUT)
    address = select(literal("email").label("kind"), consent_states.c.address.label("value"))
    numbers = handles.c.id.in_([int(number) for number in values["person"]])
    return union_all(
        address.where(is_out, consent_states.c.address.in_(values["email"])),
        of_people(literal("person"), cast(handles.c.id, String), is_out).where(numbers),
        *(
            of_people(handles.c.kind, handles.c.value, is_out).where(own_names(kind, values[kind], account))
            for kind in ("email", "riid", "salesforce")
            if values[kind]
        ),
    )


def of_people(kind: Any, value: Any, is_out: ColumnElement[bool]) -> Select[Any]:
    """Return the query of handles of people with an address, or a stand-in for one, that is out."""
    other = handles.alias("other")
    riid = literal(STAND_IN) + other.c.scope + literal(":") + other.c.value
    address = case((other.c.kind == "email", other.c.value), (other.c.kind == "riid", riid))
    return (
        select(kind.label("kind"), value.label("value"))
        .join(other, other.c.person == handles.c.person)
        .join(consent_states, is_out & (consent_states.c.address == address))
    )


def own_names(kind: str, values: Sequence[str], account: str | None) -> ColumnElement[bool]:
    """Return the condition for handles of one kind that rows name; ``account``: of their RIIDs, None: any."""
    scope = {"email": "", "riid": account}.get(kind)
    if scope is None:
        return in_any_scope(kind, values)
    return (handles.c.kind == kind) & (handles.c.scope == scope) & handles.c.value.in_(values)
