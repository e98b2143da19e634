"""Labels of stored records, read without their schemas."""

from sqlalchemy import Engine, select

from pipeline.stores import record_tables
from pipeline.stores.database import reading


def destination_labels(engine: Engine) -> dict[str, str]:
    """Return the label of each destination that has one."""
    statement = select(record_tables.destinations.c.name, record_tables.destinations.c.body)
    with reading(engine) as connection:
        rows = connection.execute(statement).all()
    return {row.name: row.body["label"] for row in rows if row.body.get("label")}
