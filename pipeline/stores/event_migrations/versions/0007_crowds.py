"""People with more than 20 RIIDs: their number, and the one with the most, in the row of folds."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("event_folds", sa.Column("crowds", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("event_folds", sa.Column("largest_crowd", sa.BigInteger))
