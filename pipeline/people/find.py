"""Finding people: by RIID, ``ACCOUNT:RIID``, address, id of Salesforce or our own number of a person."""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from pipeline.model.salesforce_id import full_or_none
from pipeline.people.scopes import in_any_scope
from pipeline.stores.event_tables import handles

RIID = re.compile(r"(?:(?P<account>\d+):)?0*(?P<riid>[1-9]\d*|0)")
PERSON = re.compile(r"person:(\d+)")
LONGEST = 19  # digits of a number that a store takes


@dataclass(frozen=True)
class Handle:
    """One name of a person."""

    id: int
    kind: str
    scope: str
    value: str
    label: str | None


def person_number(text: str) -> int | None:
    """Return 7 for "person:7"; None: the text is no such number."""
    match = PERSON.fullmatch(text)
    return int(match[1]) if match and len(match[1]) < LONGEST else None


def find_people(connection: Connection, text: str) -> list[int]:
    """Return the numbers of the people that a text names; a RIID may be one in several accounts."""
    condition = named_by(text.strip())
    query = select(handles.c.person).where(condition).distinct().order_by(handles.c.person)
    return list(connection.scalars(query))


def named_by(text: str) -> ColumnElement[bool]:
    """Return the condition for handles that a text names; a former number of a person names it, too."""
    if PERSON.fullmatch(text):
        return handles.c.id == (person_number(text) or -1)
    record = full_or_none(text)
    if match := RIID.fullmatch(text):
        return named_by_number(match["account"], match["riid"], record)
    if record:
        return in_any_scope("salesforce", [record])
    digest = hashlib.sha256(text.lower().encode(errors="replace")).hexdigest()
    return (handles.c.kind == "email") & (handles.c.scope == "") & (handles.c.value == digest)


def named_by_number(account: str | None, riid: str, record: str | None) -> ColumnElement[bool]:
    """Return the condition for a RIID; of no account in particular it may also be the id of a record."""
    if account:
        return (handles.c.kind == "riid") & (handles.c.scope == account) & (handles.c.value == riid)
    named = in_any_scope("riid", [riid])
    return named | in_any_scope("salesforce", [record]) if record else named


def handles_of(connection: Connection, people: Collection[int]) -> list[Handle]:
    """Return all names of some people."""
    names = ("id", "kind", "scope", "value", "label")
    query = select(*(handles.c[name] for name in names)).where(handles.c.person.in_(people))
    return [Handle(*row) for row in connection.execute(query.order_by(handles.c.id))]
