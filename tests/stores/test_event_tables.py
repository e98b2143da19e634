from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select

from pipeline.stores import event_migrations, tables
from pipeline.stores.database import EVENTS, migrate, open_database, revisions
from pipeline.stores.event_tables import event_folds, event_metadata

pytestmark = pytest.mark.usefixtures("real_migrations")


def test_migrations_lead_to_the_tables_of_the_events_store(database_url):
    engine = open_database(database_url)

    migrate(engine, EVENTS)

    with engine.connect() as connection:
        options = {"compare_type": True, "version_table": EVENTS.version_table}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, event_metadata) == []
        assert connection.scalar(select(event_folds.c.number)) == 1
    engine.dispose()


def test_both_stores_may_be_one_database(database_url):
    engine = open_database(database_url)

    migrate(engine, EVENTS)
    migrate(engine)
    migrate(engine, EVENTS)

    expected = {*tables.metadata.tables, *event_metadata.tables, "alembic_version", EVENTS.version_table}
    assert set(inspect(engine).get_table_names()) == expected
    engine.dispose()


def test_files_of_event_migrations_are_named_by_their_revision():
    scripts = ScriptDirectory(str(Path(event_migrations.__file__).parent))

    assert revisions(EVENTS) == tuple(reversed([script.revision for script in scripts.walk_revisions()]))
