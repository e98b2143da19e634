"""pipeline.runtime.source_runner: a nudge ends with the run that it asked for, and not before."""

from types import SimpleNamespace

import pytest

from pipeline.errors import RetryLater
from pipeline.model.mapping import RecordMapping
from pipeline.model.source import SalesforceSource
from pipeline.produce.appender import Appender
from pipeline.records.catalog import Catalog
from pipeline.records.records import Records
from pipeline.runtime.source_runner import SourceRunner
from pipeline.salesforce.connector import SalesforceConnector
from pipeline.stores import nudges
from pipeline.streams.stream_turn import take_turn
from tests.fixtures.intake import Bell

CRM = SalesforceConnector(
    name="crm", title="Acme", host="https://acme.my.salesforce.com", client_id="x", client_secret="y"
)
LEADS = SalesforceSource(name="leads", every=2, connector="crm", object="Lead", mapping="person")
CATALOG = Catalog(
    1, {"crm": CRM}, {}, sources={"leads": LEADS}, mappings={"person": RecordMapping("person", {})}
)


def refuse(_call):
    raise RetryLater("AWAY", "the org gives no answer")


@pytest.fixture
def run(redis, engine, vault, events):
    """Runs the source by the schedule, against an org that is away."""
    client = SimpleNamespace(connector=CRM, send=refuse, org="", now=0)
    runner = SourceRunner(redis, Records(engine, vault), lambda: events, lambda _: client)
    nudges.leave(redis, ["leads"])
    return lambda: runner.run_by_schedule(CATALOG, "leads", Appender(redis, Bell()))


def test_a_run_takes_the_nudge_of_its_source(run, redis):
    assert run() == "leads is held: `activation status` tells why"
    assert nudges.waiting(redis) == []


def test_a_nudge_waits_for_the_end_of_a_run_that_is_under_way(run, redis, events):
    take_turn(events, "leads")

    assert run() == "another run of leads is under way"
    assert nudges.waiting(redis) == ["leads"]
