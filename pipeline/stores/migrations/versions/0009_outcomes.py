"""The outcome of every row, beside the record of its batch."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns; batches of before have no outcomes."""
    op.add_column("batches", sa.Column("removed", sa.Integer, nullable=False, server_default="0"))
    op.add_column("batches", sa.Column("outcomes", sa.LargeBinary))
