"""Imports: files of events that are fetched on a schedule."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "imports",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("connector", sa.String, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
