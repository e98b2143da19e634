"""Sources of kinds that are configured before they can be run: the timer passes them by."""

import pytest

from pipeline.errors import Misconfigured
from pipeline.model.source import MembersSource
from pipeline.produce.appender import Appender
from pipeline.records.catalog import Catalog
from pipeline.records.records import Records
from pipeline.runtime.source_runner import SourceRunner
from tests.fixtures.intake import Bell

SOURCES = (MembersSource(name="members", every=15, connector="acme", columns={"TITLE": "title"}),)


@pytest.fixture
def runner(redis, engine, vault, events):
    return SourceRunner(redis, Records(engine, vault), lambda: events, lambda _: None)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
def test_they_are_neither_run_nor_held(runner, redis, source):
    catalog = Catalog(1, sources={source.name: source})
    appender = Appender(redis, Bell())

    said = runner.run_by_schedule(catalog, source.name, appender)

    assert said == f"{source.name}: sources of kind {source.kind} are not run yet"
    with pytest.raises(Misconfigured, match=f"sources of kind {source.kind} are not run yet"):
        runner.run(catalog, source, appender)
    assert runner.records.load().holds == {}
