"""Changing people: how many of a stream's people the runs changed that have not sent anything yet."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column."""
    column = sa.Column("changing", sa.BigInteger, nullable=False, server_default="0")
    op.add_column("streams", column)
