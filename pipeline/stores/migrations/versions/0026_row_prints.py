"""Two bytes for each row of a batch, by which a trace passes batches over; older batches have none."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the column, which takes no time."""
    op.add_column("batches", sa.Column("prints", sa.LargeBinary))
