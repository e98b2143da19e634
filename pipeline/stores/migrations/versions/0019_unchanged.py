"""Rows that were so already, counted beside those that were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the column."""
    op.add_column("batches", sa.Column("unchanged", sa.Integer, nullable=False, server_default="0"))
