"""Entries by person: with rule and state in the index, so that those of other rules are not read."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Put the wider index in the place of the one of people."""
    op.drop_index("ix_entries_person", "entries")
    op.create_index("ix_entries_person", "entries", ["person", "rule", "state"])
