"""Doubtful boxes: those that differ from the state while our own write to them may be under way."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "consent_doubts",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("record", sa.String, primary_key=True),
        sa.Column("address", sa.String, nullable=False, index=True),
        sqlite_with_rowid=False,
    )
