"""Tables of people: records that belong to them, conflicts, erased records."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create them; handles note when an answer last told them."""
    op.add_column("handles", sa.Column("told_at", sa.BigInteger))
    op.create_table(
        "person_records",
        sa.Column("handle", BIG_ID, primary_key=True, autoincrement=False),
        sa.Column("rank", sa.SmallInteger, nullable=False, server_default="3"),
        sa.Column("digest", sa.BigInteger),
        sa.Column("family", sa.BigInteger),
        sa.Column("address", sa.BigInteger),
        sa.Column("riid", sa.String),
        sa.Column("active", sa.BigInteger),
        sa.Column("gone", sa.Boolean, nullable=False, server_default="0"),
        sa.Column("conflict", sa.BigInteger),
    )
    op.create_index("ix_person_records_address", "person_records", ["address"])
    op.create_index("ix_person_records_conflict", "person_records", ["conflict"])
    create_conflicts()
    op.create_table(
        "erased_records",
        sa.Column("record", sa.String, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_erased_records_at", "erased_records", ["at"])


def create_conflicts() -> None:
    """Create the table of conflicts."""
    op.create_table(
        "conflicts",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("whose", sa.BigInteger, nullable=False),
        sa.Column("other", sa.BigInteger, nullable=False),
        sa.Column("values", sa.JSON, nullable=False),
        sa.Column("suggestion", sa.String, nullable=False),
        sa.Column("settled", sa.String),
        sa.Column("settled_by", sa.String),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_conflicts_whose", "conflicts", ["whose"])
    op.create_index("ix_conflicts_other", "conflicts", ["other"])
    op.create_index("ix_conflicts_open", "conflicts", ["settled", "id"])
