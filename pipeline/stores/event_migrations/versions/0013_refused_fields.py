"""Refused fields: those of pairs whose last write a side refused, to be counted without reading all."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

OF_BOTH_SIDES = 2 * len('"refused":""')  # characters of a state that no side refused


def upgrade() -> None:
    """Add the column, fill it, and index the fields that are refused."""
    column = sa.Column("refused", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("pair_fields", column)
    accepted = "length(state) - length(replace(state, '\"refused\":\"\"', ''))"
    fields = sa.table("pair_fields", sa.column("refused", sa.Boolean))
    refused = sa.literal_column(accepted) < OF_BOTH_SIDES
    op.execute(fields.update().where(refused).values(refused=True))
    only = sa.text("refused")
    op.create_index(
        "ix_pair_fields_refused", "pair_fields", ["pair"], sqlite_where=only, postgresql_where=only
    )
