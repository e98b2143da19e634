"""Cuts: which activations of a stream are on their way to the intake, and in which chunks."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the column."""
    op.add_column("streams", sa.Column("cut", sa.JSON(none_as_null=True)))
