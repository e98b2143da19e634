"""Tables of streams: marks, records, activations to append, entries of rules."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def moment(name: str, **options: Any) -> sa.Column[datetime]:
    """Return a column for a point in time."""
    return sa.Column(name, sa.DateTime(timezone=True), **options)


def word(name: str, default: str | None = "", **options: Any) -> sa.Column[str]:
    """Return a column for a text that is never null; without a default if that is None."""
    return sa.Column(name, sa.String, nullable=False, server_default=default, **options)


def number(name: str) -> sa.Column[int]:
    """Return a column that counts from 0."""
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "streams",
        sa.Column("source", sa.String, primary_key=True),
        word("org"),
        sa.Column("mark_stamp", sa.BigInteger),
        word("mark_id"),
        number("full_number"),
        sa.Column("full_stamp", sa.BigInteger),
        word("full_id"),
        moment("full_at"),
        word("series"),
        number("chunk"),
        sa.Column("owner", sa.String),
        moment("alive_at"),
        moment("started_at"),
        moment("finished_at"),
        moment("succeeded_at"),
        sa.Column("trouble", sa.Text, nullable=False, server_default=""),
        sa.Column("numbers", sa.JSON),
    )
    create_records()
    op.create_table(
        "outgoing",
        sa.Column("number", BIG_ID, primary_key=True),
        word("source", None),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_outgoing_source", "outgoing", ["source", "number"])
    create_entries()


def create_records() -> None:
    """Create the table of records."""
    op.create_table(
        "records",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("record", sa.String, primary_key=True),
        sa.Column("person", sa.BigInteger),
        sa.Column("stamp", sa.BigInteger, nullable=False),
        word("digest", None),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("parent", sa.String),
        number("full_number"),
        sa.Column("gone", sa.Boolean, nullable=False, server_default="0"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_records_person", "records", ["person"])
    op.create_index("ix_records_parent", "records", ["source", "parent", "stamp"])


def create_entries() -> None:
    """Create the table of entries."""
    op.create_table(
        "entries",
        sa.Column("key", sa.String, primary_key=True),
        word("rule", None),
        word("source", None),
        word("record", None),
        sa.Column("person", sa.BigInteger),
        word("state", None),
        sa.Column("check", sa.SmallInteger),
        sa.Column("evidence", sa.JSON),
        moment("until"),
        moment("asked_at", nullable=False),
        moment("entered_at"),
        moment("sent_at"),
        word("verdict"),
        sa.Column("activation", sa.String),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_entries_rule", "entries", ["rule", "state", "until"])
    op.create_index("ix_entries_person", "entries", ["person"])
    op.create_index("ix_entries_activation", "entries", ["activation"])
