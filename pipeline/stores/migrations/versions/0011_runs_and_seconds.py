"""Operations on sources, the seconds of a batch, and rows that never came into a batch by their time."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the columns and the index; batches of before have no seconds."""
    op.add_column("operations", sa.Column("numbers", sa.JSON))
    op.add_column("batches", sa.Column("seconds", sa.Float))
    op.create_index(
        "ix_dead_letters_unbatched",
        "dead_letters",
        ["created_at", "connector", "destination"],
        sqlite_where=sa.text("batch IS NULL"),
        postgresql_where=sa.text("batch IS NULL"),
    )
