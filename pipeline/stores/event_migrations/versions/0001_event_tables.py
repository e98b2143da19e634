"""The first tables of the events store."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
COUNTED = (
    "email_bounce email_click email_complaint email_open email_opt_in email_opt_out email_sent "
    "sms_bounce sms_open sms_opt_in sms_opt_out sms_sent"
).split()


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "erased_events",
        sa.Column("feed", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("key", sa.BigInteger, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("feed", "day", "key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_facets",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("digest", sa.BigInteger, nullable=False),
        sa.Column("campaign", sa.Text),
        sa.Column("launch", sa.Text),
        sa.Column("list", sa.Text),
        sa.Column("offer", sa.Text),
        sa.Column("category", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("segment", sa.Text),
        sa.Column("other", sa.Text),
        sa.Column("page", sa.BigInteger),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "event_feeds",
        sa.Column("id", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("word", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("word"),
    )
    op.create_table(
        "event_files",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("import_name", sa.String, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String, server_default="", nullable=False),
        sa.Column("account", sa.String, nullable=False),
        sa.Column("feed", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("lines", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("events", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("new", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("quarantined", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("differing", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("reason", sa.Text, server_default="", nullable=False),
        sa.Column("position", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("other_columns", sa.JSON(none_as_null=True)),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True)),
        sa.Column("landed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("import_name", "path", "size", "mtime", "sha256"),
    )
    op.create_index("ix_event_files_import_state", "event_files", ["import_name", "state"])
    op.create_index("ix_event_files_sha256", "event_files", ["sha256"])
    op.create_table(
        "event_folds",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("issued", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("folded", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("top", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("cursor", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("horizon", sa.Integer),
        sa.Column("erasures", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("fields", sa.Text, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "event_lines",
        sa.Column("file", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("line", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("file", "line"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_event_lines_at", "event_lines", ["at"])
    op.create_table(
        "handles",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("value", sa.String, nullable=False),
        sa.Column("label", sa.Text),
        sa.Column("person", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "scope", "value"),
    )
    op.create_index("ix_handles_person", "handles", ["person"])
    op.create_table(
        "responsys_events",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("feed", sa.SmallInteger, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("key", sa.BigInteger, nullable=False),
        sa.Column("handle", sa.BigInteger, nullable=False),
        sa.Column("address", sa.BigInteger),
        sa.Column("captured", sa.BigInteger, nullable=False),
        sa.Column("flags", sa.SmallInteger, nullable=False),
        sa.Column("facet", sa.BigInteger, nullable=False),
        sa.Column("phone", sa.Text),
        sa.Column("customer", sa.Text),
        sa.Column("other", sa.Text),
        sa.Column("file", sa.BigInteger, nullable=False),
        sa.Column("line", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("uq_responsys_events_key", "responsys_events", ["feed", "day", "key"], unique=True)
    op.create_table("profiles", *profile_columns())
    op.create_table("profiles_base", *profile_columns())
    op.execute("INSERT INTO event_folds (number) VALUES (1)")


def profile_columns() -> list[Any]:
    """Return the columns of a table of profiles."""
    words = [name.partition("_") for name in COUNTED]
    return [
        sa.Column("handle", BIG_ID, primary_key=True, autoincrement=False),
        *(sa.Column(f"{name}_ct", sa.BigInteger, nullable=False) for name in COUNTED),
        *(sa.Column(f"{channel}_first_{word}_ts", sa.BigInteger) for channel, _, word in words),
        *(sa.Column(f"{channel}_last_{word}_ts", sa.BigInteger) for channel, _, word in words),
        sa.Column("last_active_ts", sa.BigInteger),
        *(
            column
            for name in ("rs_campaign_id", "email", "phone", "rs_user_id")
            for column in (sa.Column(name, sa.Text), sa.Column(f"{name}_at", sa.BigInteger))
        ),
        sa.Column("packed", sa.Text, nullable=False),
    ]
