"""Cleaning: staged rows of ended runs, and members of removed destinations, are deleted."""

from sqlalchemy import delete, select

from pipeline.snapshots.run_lease import RunLease
from pipeline.stores.delete_in_turns import delete_in_turns
from pipeline.stores.record_tables import destinations
from pipeline.stores.snapshot_tables import members, snapshot_parts, staged

ROWS_AT_ONCE = 20_000  # in one transaction


def discard(lease: RunLease, *runs: str) -> None:
    """Delete the staged rows of runs."""
    delete_in_turns(lease.writing, staged, staged.c.run.in_(runs), rows=ROWS_AT_ONCE)


def forget_removed(lease: RunLease) -> None:
    """Delete the members of destinations of this audience that were removed."""
    present = select(destinations.c.name)
    of_audience = snapshot_parts.c.audience == lease.audience
    absent = snapshot_parts.c.destination.not_in(present)
    with lease.writing() as connection:
        removed = select(snapshot_parts.c.destination).where(of_audience, absent)
        names = list(connection.scalars(removed))
    if names:
        delete_in_turns(lease.writing, members, members.c.destination.in_(names), rows=ROWS_AT_ONCE)
        with lease.writing() as connection:
            connection.execute(delete(snapshot_parts).where(snapshot_parts.c.destination.in_(names)))
