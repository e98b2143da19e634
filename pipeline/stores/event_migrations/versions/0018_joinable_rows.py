"""Rows of files that a webhook may tell again, by handle."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create the table; the first webhook of a type fills it."""
    op.create_table(
        "joinable_rows",
        sa.Column("feed", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("handle", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("row", sa.BigInteger, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.add_column("event_feeds", sa.Column("hooked_day", sa.Integer))
