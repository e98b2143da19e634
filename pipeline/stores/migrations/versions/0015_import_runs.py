"""Runs of imports: whose turn it is, and how the last one ended."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def moment(name: str) -> sa.Column[datetime]:
    """Return a column for a point in time."""
    return sa.Column(name, sa.DateTime(timezone=True))


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "import_runs",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("owner", sa.String),
        moment("alive_at"),
        sa.Column("step", sa.Text, nullable=False, server_default=""),
        moment("first_started_at"),
        moment("started_at"),
        moment("finished_at"),
        moment("succeeded_at"),
        moment("failing_since"),
        sa.Column("error", sa.Text, nullable=False, server_default=""),
    )
