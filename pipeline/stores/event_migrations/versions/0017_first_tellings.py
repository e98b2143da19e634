"""First tellings: since when a destination was told of a state, and since when it has it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

KNOWN = "UPDATE consent_told SET known_at = settled_at WHERE verdict IN ('delivered', 'unchanged')"


def upgrade() -> None:
    """Add the columns; of a state that was told again, only the last telling is known."""
    op.add_column("consent_told", sa.Column("first_at", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("consent_told", sa.Column("known_at", sa.BigInteger))
    op.execute("UPDATE consent_told SET first_at = sent_at")
    op.execute(KNOWN)
