"""Sources may have no audience: rules look at what they read."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Let the audience be null; SQLite makes the table anew for that."""
    with op.batch_alter_table("sources") as table:
        table.alter_column("audience", existing_type=sa.String, nullable=True)
