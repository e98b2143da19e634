"""The tables of the SQL store: things to keep. ``migrations`` creates them and every later change."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


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


# No text has a length: what Responsys calls an error, or a producer a profile, is never too long to keep.
metadata = MetaData()

connectors = Table(
    "connectors",
    metadata,
    Column("name", String, primary_key=True),
    Column("body", JSON, nullable=False),
    Column("secrets", Text, nullable=False),  # sealed by the vault: {"password": ...}
)

destinations = Table(
    "destinations",
    metadata,
    Column("name", String, primary_key=True),
    Column("audience", String, nullable=False),
    Column("connector", String, nullable=False),
    Column("body", JSON, nullable=False),
)

# Why a connector or destination does not send: a person paused it, or Responsys' answer holds it.
holds = Table(
    "holds",
    metadata,
    Column("scope", String, primary_key=True),  # connector, destination
    Column("name", String, primary_key=True),
    Column("kind", String, nullable=False),  # paused, held
    Column("code", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("since", Moment, nullable=False),
)

# One row; its version rises with every change of the three tables above.
catalog = Table(
    "catalog",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
)

# The ledger: one final record per batch.
batches = Table(
    "batches",
    metadata,
    Column("id", String, primary_key=True),
    Column("destination", String, nullable=False),
    Column("connector", String, nullable=False),
    Column("action", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("delivered", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("returned", JSON, nullable=False),  # indexes of the rows given back to their lane
    Column("outcome", String, nullable=False),
    Column("finished_at", Moment, nullable=False, index=True),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", String, primary_key=True),
    Column("created_at", Moment, nullable=False, index=True),
    Column("connector", String),
    Column("destination", String),
    Column("audience", String, nullable=False),
    Column("profile_id", String, nullable=False, index=True),
    Column("code", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("activation", Text, nullable=False),  # as it was in the intake, JSON
    Column("state", String, nullable=False, index=True),  # open, replayed, dropped
    Column("settled_at", Moment),
    Column("batch", String),
)

statistics = Table(
    "statistics",
    metadata,
    Column("hour", Moment, primary_key=True),
    Column("connector", String, primary_key=True),
    Column("destination", String, primary_key=True),
    Column("name", String, primary_key=True),  # received, sent, rejected:NO_RECIPIENT_FOUND, ...
    Column("value", BigInteger, nullable=False),
)

# Counters that were taken over from Redis, so that none is added twice.
folds = Table(
    "folds",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)
