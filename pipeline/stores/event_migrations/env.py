"""Alembic's entry: run the migrations on the connection that ``database.migrate`` hands over."""

from alembic import context

from pipeline.stores.event_tables import event_metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=event_metadata,
    version_table=context.config.attributes["version_table"],
    render_as_batch=True,  # SQLite cannot alter a column in place
)
with context.begin_transaction():
    context.run_migrations()
