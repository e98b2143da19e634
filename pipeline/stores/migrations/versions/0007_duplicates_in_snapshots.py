"""Of several lines of one profile in a snapshot, the order of the lines does not matter."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Say of a staged member which of its lines counts, and how many there are."""
    op.add_column("staged", sa.Column("rank", sa.Text(), nullable=False, server_default=""))
    op.add_column("staged", sa.Column("lines", sa.Integer(), nullable=False, server_default="1"))
