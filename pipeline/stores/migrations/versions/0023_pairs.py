"""Pairs and consents: variables that two systems hold, and wishes for a channel."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Create the tables."""
    for name in ("pairs", "consents"):
        op.create_table(
            name,
            sa.Column("name", sa.String, primary_key=True),
            sa.Column("body", sa.JSON, nullable=False),
        )
