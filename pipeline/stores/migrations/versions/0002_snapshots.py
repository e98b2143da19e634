"""Snapshots: sources, runs, and what every destination was last sent."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create their tables."""
    op.create_table(
        "sources",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("secrets", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "snapshots",
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("audience"),
    )
    op.create_table(
        "snapshot_parts",
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.Column("call_types", sa.JSON(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("entering", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("leaving", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=True),
        sa.Column("chunk", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("destination"),
    )
    op.create_index("ix_snapshot_parts_audience", "snapshot_parts", ["audience"], unique=False)
    op.create_table(
        "staged",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.Column("profile_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run", "view", "profile_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "members",
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("profile_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("destination", "profile_id"),
        sqlite_with_rowid=False,
    )
