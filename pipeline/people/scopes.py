"""Scopes: accounts of RIIDs, orgs of records, fields of keys. A kind of handle has few of them.

Handles are indexed by kind, scope and value: a value without a scope costs a look at all handles of its kind.
"""

from collections.abc import Collection
from functools import cache

from sqlalchemy import CTE, ColumnElement, Connection, func, select

from pipeline.stores.people_tables import handles


@cache
def scopes_of(kind: str) -> CTE:
    """Return the scopes of a kind, each found by one look into the index; the last row is NULL."""
    least, of_kind = func.min(handles.c.scope), handles.c.kind == kind
    first = select(least.label("scope")).where(of_kind, handles.c.scope >= "")
    found = first.cte(f"{kind}_scopes", recursive=True)
    following = select(least).where(of_kind, handles.c.scope > found.c.scope)
    return found.union_all(select(following.scalar_subquery()).where(found.c.scope.is_not(None)))


def in_any_scope(kind: str, values: Collection[str]) -> ColumnElement[bool]:
    """Return the condition for handles with one of some values, whatever their scope."""
    scopes = select(scopes_of(kind).c.scope)
    return (handles.c.kind == kind) & handles.c.scope.in_(scopes) & handles.c.value.in_(values)


def riid_accounts(connection: Connection) -> list[str]:
    """Return the accounts of all RIIDs that are known."""
    scopes = connection.scalars(select(scopes_of("riid").c.scope))
    return [one for one in scopes if one is not None]
