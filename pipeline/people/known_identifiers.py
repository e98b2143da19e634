"""Known identifiers of people: the RIID and the id of Salesforce that a batch may be addressed by."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from pipeline.people.find import person_number
from pipeline.people.primary import place
from pipeline.people.record_rows import RecordRow, run

QUERY = (
    "SELECT g.id, h.kind, h.scope, h.told_at, {columns} FROM {ids} AS j{alias} "
    "{first} JOIN handles g ON g.id = j.value JOIN handles h ON h.person = g.person "
    "LEFT JOIN person_records r ON r.handle = h.id WHERE h.kind IN ('riid', 'salesforce')"
)


def known_identifiers(
    connection: Connection, profiles: Collection[str], account: str | None = None, org: str | None = None
) -> dict[str, dict[str, str]]:
    """Return ``riid`` and ``salesforce_id``, as far as known, of profiles such as "person:7".

    Former numbers are known, too. ``account`` and ``org``: the RIID's and the record's; None: any. Of
    several RIIDs the one that Responsys told last counts, of several records the primary one.
    """
    numbers = {number: profile for profile in profiles if (number := person_number(profile)) is not None}
    if not numbers:
        return {}
    best: dict[tuple[int, str], tuple[Any, str]] = {}
    for number, kind, scope, told_at, *columns in run(connection, QUERY, "bigint", list(numbers)):
        row = RecordRow._make(columns)
        wanted = account if kind == "riid" else org
        if (wanted is not None and scope != wanted) or row.gone:
            continue
        rank = (-(told_at or 0), row.handle) if kind == "riid" else place(row)
        best[number, kind] = min(best.get((number, kind), (rank, row.id)), (rank, row.id))
    return by_profile(best, numbers)


def by_profile(
    best: dict[tuple[int, str], tuple[Any, str]], numbers: dict[int, str]
) -> dict[str, dict[str, str]]:
    """Return the identifiers by profile and name."""
    names = {"riid": "riid", "salesforce": "salesforce_id"}
    found: dict[str, dict[str, str]] = {}
    for (number, kind), (_, value) in best.items():
        found.setdefault(numbers[number], {})[names[kind]] = value
    return found
