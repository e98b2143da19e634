"""Indexes without the records that have nothing to find: no parent, no conflict. Most have neither."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

COLUMNS = {
    "parent": ("ix_records_parent", "records", ["source", "parent", "stamp"]),
    "conflict": ("ix_person_records_conflict", "person_records", ["conflict"]),
}


def upgrade() -> None:
    """Make them anew."""
    for column, (name, table, columns) in COLUMNS.items():
        only = sa.text(f"{column} IS NOT NULL")
        op.drop_index(name, table)
        op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)
