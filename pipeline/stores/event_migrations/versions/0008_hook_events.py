"""Events of webhooks, and the highest id that was given to one."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the table."""
    op.add_column("event_folds", sa.Column("hooks", sa.BigInteger, nullable=False, server_default="0"))
    op.create_table(
        "hook_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("connector", sa.String, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("word", sa.String, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("digest", sa.BigInteger, nullable=False),
        sa.Column("handle", sa.BigInteger, nullable=False),
        sa.Column("address", sa.BigInteger),
        sa.Column("captured", sa.BigInteger, nullable=False),
        sa.Column("campaign", sa.Text),
        sa.Column("customer", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("event", sa.BigInteger),
        sa.Column("late", sa.Boolean, nullable=False, server_default="0"),
    )
    op.create_index("ix_hook_events_event", "hook_events", ["event"])
    op.create_index("uq_hook_events_content", "hook_events", ["connector", "day", "digest"], unique=True)
    op.create_index("ix_hook_events_handle", "hook_events", ["handle", "word"])
