"""The view ``responsys_people``; a fold makes it anew when further fields are configured."""

from alembic import op

from pipeline.stores.people_view import make_view

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the view."""
    make_view(op.get_bind())
