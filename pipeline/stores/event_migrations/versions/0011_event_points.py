"""Events that scores count, by handle."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "event_points",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("handle", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("captured", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("event", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("type", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
