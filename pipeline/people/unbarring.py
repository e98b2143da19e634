"""Unbarring: records of a settled conflict are linked anew, and written by again, when they are read next."""

from sqlalchemy import Connection, update

from pipeline.stores.people_tables import person_records

CHANGED = 0  # digest that no record has


def unbar(connection: Connection, conflict: int) -> None:
    """Let the records of a conflict be written by again."""
    of_conflict = person_records.c.conflict == conflict
    connection.execute(update(person_records).where(of_conflict).values(conflict=None, digest=CHANGED))
