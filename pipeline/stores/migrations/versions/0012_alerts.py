"""Alerts: channels, rules, their states and messages; and when a snapshot last succeeded."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def moment(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    """Return a column for a point in time."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def text(name: str, *, primary_key: bool = False) -> sa.Column[str]:
    """Return a column for text that is always there."""
    return sa.Column(name, sa.String, nullable=False, primary_key=primary_key)


def upgrade() -> None:
    """Create the tables; the last success of earlier runs is known where the run is the last one."""
    op.create_table(
        "channels",
        text("name", primary_key=True),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("secrets", sa.Text, nullable=False),
    )
    op.create_table("alerts", text("name", primary_key=True), sa.Column("body", sa.JSON, nullable=False))
    create_states()
    create_messages()
    op.add_column("snapshots", moment("succeeded_at"))
    op.execute("UPDATE snapshots SET succeeded_at = finished_at WHERE phase = 'done'")


def create_states() -> None:
    """Create the table of states."""
    op.create_table(
        "alert_states",
        text("rule", primary_key=True),
        text("scope", primary_key=True),
        text("name", primary_key=True),
        text("kind"),
        text("state"),
        moment("since", nullable=False),
        moment("changed_at", nullable=False),
        moment("told_at"),
        text("severity"),
        sa.Column("channels", sa.JSON, nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("above", sa.Float),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("way_out", sa.Text, nullable=False),
        text("path"),
        sa.Column("version", sa.Integer, nullable=False),
    )


def create_messages() -> None:
    """Create the table of messages."""
    op.create_table(
        "alert_messages",
        text("id", primary_key=True),
        text("channel"),
        text("type"),
        text("alert"),
        sa.Column("body", sa.Text, nullable=False),
        moment("created_at", nullable=False),
        text("state"),
        moment("due_at", nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("rung", sa.Boolean, nullable=False),
        moment("lease"),
        moment("settled_at"),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Index("ix_alert_messages_due", "state", "due_at"),
        sa.Index("ix_alert_messages_channel", "channel", "state", "settled_at"),
    )
