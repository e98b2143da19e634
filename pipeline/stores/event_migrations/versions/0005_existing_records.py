"""Records that the first reading of their source met."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; no record is known to be one."""
    op.add_column("records", sa.Column("existing", sa.Boolean, nullable=False, server_default="0"))
