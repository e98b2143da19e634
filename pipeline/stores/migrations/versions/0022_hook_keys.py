"""Keys of hooks: each counts for one connector."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add the column."""
    op.add_column("api_keys", sa.Column("connector", sa.String))
