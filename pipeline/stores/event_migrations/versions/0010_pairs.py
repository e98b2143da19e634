"""Fields of pairs that are not at rest, and what happened to them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "pair_fields",
        sa.Column("pair", sa.String, primary_key=True),
        sa.Column("person", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("field", sa.String, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("held", sa.String, nullable=False, server_default=""),
        sa.Column("look_at", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_pair_fields_person", "pair_fields", ["person"])
    op.create_index("ix_pair_fields_look", "pair_fields", ["pair", "look_at"])
    op.create_table(
        "pair_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("pair", sa.String, nullable=False),
        sa.Column("person", sa.BigInteger, nullable=False),
        sa.Column("field", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("side", sa.String, nullable=False),
        sa.Column("event", sa.String, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("code", sa.String, nullable=False, server_default=""),
    )
    op.create_index("ix_pair_events_person", "pair_events", ["person"])
    op.create_index("ix_pair_events_at", "pair_events", ["at"])
