"""Configured fields: ``[profile_fields]`` as it is stored."""

from sqlalchemy import Engine, select

from pipeline.profiles.further_field import FurtherField, read_fields
from pipeline.stores.database import reading
from pipeline.stores.record_tables import profile_fields


def configured_fields(engine: Engine) -> tuple[FurtherField, ...]:
    """Return the further fields; ``engine``: of the store with the configuration."""
    with reading(engine) as connection:
        rows = connection.execute(select(profile_fields)).all()
    return read_fields({row.name: row.body for row in rows})
