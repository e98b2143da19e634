"""Tables of consents: statements, what they lead to, who was told, and bursts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def word(name: str, default: str | None = None, **options: Any) -> sa.Column[str]:
    """Return a column for a text that is never null."""
    return sa.Column(name, sa.String, nullable=False, server_default=default, **options)


def number(name: str, default: str | None = None) -> sa.Column[int]:
    """Return a column for a number that is never null."""
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=default)


def upgrade() -> None:
    """Create them."""
    create_statements()
    create_states()
    create_tells()
    op.create_table(
        "consent_bursts",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("since", sa.BigInteger),
        number("amount", "0"),
        number("people", "0"),
        sa.Column("released_at", sa.BigInteger),
        sqlite_with_rowid=False,
    )


def create_statements() -> None:
    """Create the table of statements."""
    op.create_table(
        "consent_statements",
        sa.Column("id", BIG_ID, primary_key=True, autoincrement=False),
        word("key", unique=True),
        *(word(name) for name in ("address", "channel", "name", "wish", "kind", "source")),
        number("at"),
        number("epoch"),
        word("effect"),
        sa.Column("evidence", sa.JSON),
        word("evidence_digest"),
        number("noted_at"),
        word("previous"),
        word("hash"),
    )
    op.create_index("ix_consent_statements_address", "consent_statements", ["address", "channel"])
    op.create_index("ix_consent_statements_source", "consent_statements", ["source", "effect", "noted_at"])


def create_states() -> None:
    """Create the table of states."""
    op.create_table(
        "consent_state",
        sa.Column("address", sa.String, primary_key=True),
        sa.Column("channel", sa.String, primary_key=True),
        *(number(name) for name in ("epoch", "opened", "out_at", "in_at")),
        word("status"),
        number("statement"),
        number("tells", "0"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_consent_state_status", "consent_state", ["channel", "status"])


def create_tells() -> None:
    """Create the table of what destinations were told."""
    op.create_table(
        "consent_told",
        sa.Column("statement", BIG_ID, primary_key=True, autoincrement=False),
        sa.Column("destination", sa.String, primary_key=True),
        *(word(name) for name in ("address", "channel", "status")),
        number("sent_at"),
        sa.Column("settled_at", sa.BigInteger),
        word("verdict", ""),
        sa.Column("waits", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_consent_told_address", "consent_told", ["address", "channel"])
    op.create_index("ix_consent_told_waits", "consent_told", ["waits"])
