"""Verdicts of batches, and identifiers learned by them, for streams and rules."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "witness_notes",
        sa.Column("batch", sa.String, primary_key=True),
        sa.Column("destination", sa.String, nullable=False),
        sa.Column("connector", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("rows", sa.JSON, nullable=False),
    )
