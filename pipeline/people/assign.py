"""Assigning people to the records of a page, in the transaction that takes the page."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from pipeline.model.source_record import SourceRecord
from pipeline.people.accounts import riid_account
from pipeline.people.record_identity import digest_of, is_person
from pipeline.people.record_linking import RecordLinking
from pipeline.people.record_rows import heads_of, note_activity

UNKNOWN = ("", 0, 0, None, None, None)


def assign(
    connection: Connection, records: Sequence[SourceRecord], account: str | None = None
) -> list[int | None]:
    """Give each record its person, and return them; None: unknown, several, or erased.

    ``account`` is the one of the RIIDs that records carry; None: that of files. A record of people, such as a
    row of a history, gets the one person of those that are known; a deal without any has none. By a record
    with ``conflict`` nothing is written.
    """
    own = [record for record in records if is_person(record)]
    changed = unknown_or_changed(connection, own)
    if changed:
        own_account = riid_account(connection) if account is None else account
        linking = RecordLinking(connection, changed, own_account)
        linking.run()
        linking.renew(own)
    follow_people(connection, [record for record in records if record.people])
    return [record.person for record in records]


def unknown_or_changed(connection: Connection, records: Sequence[SourceRecord]) -> list[SourceRecord]:
    """Give known, unchanged records their people; return the new and the changed ones."""
    changed, activity = [], []
    for org in {record.org for record in records}:
        of_org = [record for record in records if record.org == org]
        known = heads_of(connection, org, [record.id for record in of_org])
        for record in of_org:
            _, handle, person, digest, conflict, active = known.get(record.id, UNKNOWN)
            if digest is None or digest != digest_of(record):
                changed.append(record)
                continue
            record.person, record.conflict = person, conflict
            if active != record.stamp:
                activity.append((record.stamp, handle))
    note_activity(connection, activity)
    return changed


def follow_people(connection: Connection, records: Sequence[SourceRecord]) -> None:
    """Give records of people the person of these, if it is one."""
    for org in {record.org for record in records}:
        of_org = [record for record in records if record.org == org]
        known = persons_of(connection, org, {name for record in of_org for name in record.people})
        for record in of_org:
            people = {known[name] for name in record.people if name in known}
            record.person = people.pop() if len(people) == 1 else None


def persons_of(connection: Connection, org: str, ids: Collection[str]) -> dict[str, int]:
    """Return the people of records by their ids, as far as they are known."""
    return {name: person for name, _, person, *_ in heads_of(connection, org, ids).values()}
