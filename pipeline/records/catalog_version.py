"""Version of the catalog in the SQL store: a number that every change of a record raises."""

from sqlalchemy import Connection, select, update

from pipeline.stores.record_tables import catalog


def read_version(connection: Connection) -> int:
    """Return the version in force; 0 before the first change."""
    return int(connection.scalar(select(catalog.c.version)) or 0)


def lock_catalog(connection: Connection) -> None:
    """Keep other processes from changing records until the transaction ends."""
    connection.execute(select(catalog).with_for_update())


def raise_version(connection: Connection) -> None:
    """Give the catalog a new version, by which every process notices a change."""
    connection.execute(update(catalog).values(version=catalog.c.version + 1))


def set_version(connection: Connection, version: int) -> None:
    """Give the catalog this version."""
    connection.execute(update(catalog).values(version=version))
