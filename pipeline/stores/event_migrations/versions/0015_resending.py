"""Resending: whether the reading from the beginning that is under way sends everybody."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the column."""
    column = sa.Column("resending", sa.Boolean, nullable=False, server_default="0")
    op.add_column("streams", column)
