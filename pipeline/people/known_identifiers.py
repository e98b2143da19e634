"""Known identifiers of people: the RIID and the id of Salesforce that a batch may be addressed by."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from pipeline.people.find import person_number
from pipeline.people.record_rows import run_query

NAMES = {"riid": "riid", "salesforce": "salesforce_id"}
COLUMNS = "h.value, h.id, h.told_at, r.conflict, COALESCE(r.rank, 3), r.active, r.gone"
QUERY = (
    "SELECT g.id, h.kind, h.scope, {columns} FROM {ids} AS j{alias} "
    "{first} JOIN handles g ON g.id = j.value JOIN handles h ON h.person = g.person "
    "LEFT JOIN person_records r ON r.handle = h.id WHERE h.kind IN ('riid', 'salesforce')"
)

Identifiers = dict[str, str]


def known_identifiers(
    connection: Connection, profiles: Collection[str], account: str | None = None, org: str | None = None
) -> dict[str, Identifiers]:
    """Return ``riid`` and ``salesforce_id``, as far as known, of profiles such as "person:7"."""
    numbers = {number: profile for profile in profiles if (number := person_number(profile)) is not None}
    found = identifiers_of(connection, numbers, account, org)
    return {numbers[number]: identifiers for number, identifiers in found.items()}


def identifiers_of(
    connection: Connection, people: Collection[int], account: str | None = None, org: str | None = None
) -> dict[int, Identifiers]:
    """Return ``riid`` and ``salesforce_id`` of people, as far as known.

    Former numbers are known, too. ``account`` and ``org``: the RIID's and the record's; None: any. Of
    several RIIDs the one that Responsys told last counts, of several records the primary one.
    """
    if not people:
        return {}
    found: dict[int, Identifiers] = {}
    best: dict[tuple[int, str], tuple[Any, ...]] = {}
    for number, kind, scope, value, handle, told_at, conflict, rank, active, gone in run_query(
        connection, QUERY, "bigint", list(people), columns=COLUMNS
    ):
        is_riid, wanted = kind == "riid", account if kind == "riid" else org
        if (wanted is not None and scope != wanted) or gone:
            continue
        place = (-(told_at or 0), handle) if is_riid else (conflict is not None, rank, -(active or 0), value)
        known = best.get((number, kind))
        if known is None or place < known:
            best[number, kind] = place
            found.setdefault(number, {})[NAMES[kind]] = value
    return found
