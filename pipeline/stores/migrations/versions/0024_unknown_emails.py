"""E-mails with unknown outcomes, and what event files tell of them."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the columns, an index by which an event proves one e-mail alone, and one of unknown e-mails."""
    op.add_column("batches", sa.Column("emails", sa.LargeBinary))
    for column in (
        sa.Column("email", sa.JSON),
        sa.Column("replay_began_at", sa.DateTime(timezone=True)),
        sa.Column("finding", sa.Text),
        sa.Column("proven", sa.Boolean),
        sa.Column("outcome", sa.String),
        sa.Column("evidence", sa.JSON),
        sa.Column("event", sa.String),
    ):
        op.add_column("dead_letters", column)
    op.create_index("uq_dead_letters_event", "dead_letters", ["event"], unique=True)
    op.create_index("ix_dead_letters_proven", "dead_letters", ["proven", "state", "created_at"])
