"""Sources of members, as the timer runs them: rules look at columns, audiences get what changed."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from pipeline.model.destination import Destination
from pipeline.model.source import SalesforceSource
from pipeline.operate.stream_status import read_streams
from pipeline.produce.appender import Appender
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import connector_documents, destination_documents
from pipeline.records.records import Records
from pipeline.responsys.client import Client
from pipeline.responsys.login import shared_tokens
from pipeline.runtime.members_source import ends_at_records
from pipeline.runtime.source_runner import SourceRunner
from pipeline.stores.stream_tables import entries
from pipeline.wire.session import open_session
from schemas.configuration import configuration_schema
from tests.emulators.conftest import address as address
from tests.emulators.conftest import responsys as responsys
from tests.event_files.folder import land
from tests.fixtures.intake import Bell, Entries

RIIDS = range(100_000_001, 100_000_004)


def configuration(url, columns):
    acme = {
        "kind": "responsys", "name": "Acme", "username": "api_user", "password": "secret",
        "auth_endpoint": url, "profile_list": "CONTACTS_LIST", "identifier_type": "riid",
    }  # fmt: skip
    event = {"connector": "acme", "action": "custom_event", "event": "LAPSED"}
    return {
        "connectors": {"acme": acme},
        "sources": {
            "members": {"kind": "responsys", "connector": "acme", "columns": columns, "audience": "members"}
        },
        "rules": {
            "rome": {"source": "members", "on": "change", "when": {"CITY_": "Rome"}, "audience": "rome"}
        },
        "destinations": {"members": {**event, "audience": "members"}, "rome": {**event, "audience": "rome"}},
    }


@pytest.fixture
def run(redis, engine, vault, events, responsys):
    """Runs the source, and returns what the line for Flower says, and audiences and variables sent."""
    records = Records(engine, vault)
    entered = Entries(redis)
    with open_session() as session:
        tokens = shared_tokens(redis, vault, take=lambda *_, **__: 0.0, session=session)
        runner = SourceRunner(
            redis, records, lambda: events, lambda connector: Client(connector, tokens, session=session)
        )

        def run(columns):
            schema = configuration_schema(connector_documents(), destination_documents())
            records.apply(schema.load(configuration(responsys.url, columns)))
            said = runner.run_by_schedule(records.load(), "members", Appender(redis, Bell()))
            found = sorted((each.audience, each.variables) for each in entered())
            for key in redis.scan_iter("intake:*"):
                redis.delete(key)
            return said, found

        run.records = records
        yield run


@pytest.fixture
def people(events, tmp_path):
    path = tmp_path / "12_CLICK_20260105_000000.txt"
    rows = "".join(f"{riid},05-Jan-2026 09:00:00\n" for riid in RIIDS)
    path.write_text(f"RIID,EVENT_CAPTURED_DT\n{rows}")
    land(events, [path])


@pytest.mark.usefixtures("people")
def test_a_rule_looks_at_a_column_that_is_no_variable(run, responsys, events):
    columns = {"FIRST_NAME": "first_name"}
    said, sent = run(columns)
    assert (said, len(sent)) == ("members: 3 records read, 3 changed, 3 sent", 3)
    member = {"riid": RIIDS[0], "email": "demo-0@example.com", "fields": {"CITY_": "Rome"}}
    responsys.order("members", {"members": [member]})

    said, sent = run(columns)

    assert said == "members: 3 records read, 1 changed, 1 sent"
    assert [audience for audience, _ in sent] == ["rome"]
    with events.connect() as connection:
        assert connection.execute(select(entries.c.record, entries.c.state)).all() == [
            (str(RIIDS[0]), "entered")
        ]
    [status] = read_streams(lambda: events, run.records.load())
    assert 0 <= status.mark_age < 3600


@pytest.mark.usefixtures("people")
def test_a_column_that_is_not_there_holds_the_source_until_it_is(run):
    said, sent = run({"SHOE_SIZE": "shoe"})

    assert (said, sent) == ("members is held: `activation status` tells why", [])
    assert run.records.load().holds["source", "members"].code == "INVALID_FIELD_NAME"
    assert run({"FIRST_NAME": "first_name"})[0] == "members: 3 records read, 3 changed, 3 sent"
    assert run.records.load().holds == {}


def test_members_are_left_out_where_their_audience_ends_at_known_records_alone():
    def catalog(*ends, objects=("Lead", "Contact")):
        streams = {
            name: SalesforceSource(name=name, every=2, connector="crm", object=name, mapping="person")
            for name in objects
        }
        named = {str(number): replace(end, name=str(number)) for number, end in enumerate(ends)}
        return Catalog(1, sources=streams, destinations=named)

    back = Destination(name="back", audience="members", connector="crm", action="salesforce_record")
    leads = replace(back, options={"objects": ["Lead"], "create": "never"})

    assert ends_at_records(catalog(back, leads), "members")
    assert ends_at_records(catalog(leads, objects=["Lead"]), "members")
    for ends, objects in (
        ((), ("Lead", "Contact")),
        ((back,), ("Lead",)),
        ((back, replace(back, connector="acme")), ("Lead", "Contact")),
        ((replace(leads, options={"objects": ["Lead"], "create": "Lead"}),), ("Lead",)),
        ((replace(back, options={"objects": ["Visit__c"]}),), ("Lead", "Contact")),
    ):
        assert not ends_at_records(catalog(*ends, objects=objects), "members")
    assert not ends_at_records(catalog(back), None)
