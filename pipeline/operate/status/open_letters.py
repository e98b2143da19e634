"""Open dead letters by place: they wait for a person's decision."""

from sqlalchemy import Engine, func, select

from pipeline.settle.statistics import Where
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import dead_letters


def open_letters(engine: Engine, connector: str | None = None) -> dict[Where, int]:
    """Count the open dead letters by connector and destination, "" where a letter has none.

    ``connector``: only those of this one; None: all.
    """
    columns = (dead_letters.c.connector, dead_letters.c.destination)
    statement = select(*columns, func.count()).where(dead_letters.c.state == "open").group_by(*columns)
    if connector is not None:
        statement = statement.where(dead_letters.c.connector == connector)
    with reading(engine) as connection:
        rows = connection.execute(statement).all()
    return {Where(connector or "", destination or ""): amount for connector, destination, amount in rows}
