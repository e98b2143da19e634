"""The metadata that all tables of the SQL store belong to, and their type of times."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, MetaData, TypeDecorator

# No text has a length: an error code or a profile id is never too long to keep.
metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """A point in time: UTC in the store, aware in Python; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's
        """Turn into UTC, which SQLite stores without saying so."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a datetime without time zone cannot be stored")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's
        """Say again that it is UTC."""
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))
