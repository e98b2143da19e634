"""The object and the condition by which the records of a stream were read."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add them; streams that ran before have none."""
    op.add_column("streams", sa.Column("choice", sa.String, nullable=False, server_default=""))
