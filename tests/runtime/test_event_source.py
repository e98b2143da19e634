"""Sources of events put together: their account, their scores, and the people they need to know."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from pipeline.errors import Held
from pipeline.model.destination import Destination
from pipeline.model.rule import Rule, Score
from pipeline.model.source import EventsSource, SalesforceSource
from pipeline.records.catalog import Catalog
from pipeline.records.rule_documents import rule
from pipeline.responsys.connector import ResponsysConnector
from pipeline.runtime.event_source import file_account, lookup_of, points_of
from pipeline.runtime.imports import Importer
from pipeline.runtime.opening_rules import needs_record
from pipeline.settings import Settings
from pipeline.stores import nudges
from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_files
from schemas.rule import RuleDocument
from tests.event_files.folder import land

ACME = ResponsysConnector(
    name="acme",
    title="Acme",
    username="a",
    password="p",
    auth_endpoint="https://a.example",
    profile_list="L",
)
CLICKS = EventsSource(name="clicks", every=1, connector="acme", types=("CLICK", "OPEN"))
LEADS = SalesforceSource(name="leads", every=2, connector="crm", object="Lead", mapping="person")
LOG = Rule(name="log", source="clicks", audience="log")
HOT = replace(LOG, name="hot", score=Score({"CLICK": 5, "FORM": 20}, 60, 10))
CATALOG = Catalog(
    1, {"acme": ACME}, sources={"clicks": CLICKS, "leads": LEADS}, rules={"log": LOG, "hot": HOT}
)


def landed(events, *accounts):
    common = {
        "import_name": "i",
        "size": 1,
        "feed": "CLICK",
        "state": "landed",
        "listed_at": datetime.now(UTC),
    }
    with events.begin() as connection:
        rows = [{"path": each, "mtime": 1, "account": each} | common for each in accounts]
        connection.execute(insert(event_files), rows)


def test_the_account_is_the_one_of_all_files(events):
    assert file_account(CATALOG, CLICKS, events) == ""
    landed(events, "1234")
    assert file_account(CATALOG, CLICKS, events) == "1234"


def test_files_of_several_accounts_and_connectors_hold_the_source(events):
    landed(events, "1234", "99")
    other = replace(ACME, name="other", username="b")

    assert file_account(CATALOG, CLICKS, events) == ""
    with pytest.raises(Held, match="event files are of the accounts 1234, 99"):
        file_account(replace(CATALOG, connectors={"acme": ACME, "other": other}), CLICKS, events)


def test_a_configured_account_chooses_among_the_accounts_of_files(events):
    landed(events, "1234", "99")
    named = replace(ACME, account_id="99")
    other = replace(ACME, name="other", username="b", account_id="77")
    catalog = replace(CATALOG, connectors={"acme": named, "other": other})

    assert file_account(catalog, CLICKS, events) == "99"
    assert file_account(catalog, replace(CLICKS, connector="other"), events) == "77"
    assert file_account(replace(CATALOG, connectors={"acme": named}), CLICKS, events) == "99"


def test_a_source_reads_the_events_of_its_configured_account_alone(events, tmp_path):
    for account, riid in (("1234", "7"), ("99", "8")):
        file = tmp_path / f"{account}_CLICK_20260101_000000.txt"
        file.write_text(f"RIID,EVENT_CAPTURED_DT\n{riid},01-Nov-2026 10:00:00\n")
        land(events, [file])
    catalog = replace(CATALOG, connectors={"acme": replace(ACME, account_id="99")})
    reader = lookup_of(catalog, CLICKS, events).files

    with reading(events) as connection:
        found, _ = reader.after(connection, 0, reader.top(connection), 10)

    assert [one.riid for one in found] == ["8"]


def test_scores_count_types_that_the_source_means():
    assert (points_of(CATALOG, CLICKS).types, points_of(CATALOG, CLICKS).seconds) == (("CLICK",), 60)


def test_people_must_be_known_where_a_stream_reads_those_of_the_org():
    task = Destination(name="log", audience="log", connector="crm", action="salesforce_task")
    catalog = replace(CATALOG, destinations={"log": task})

    assert needs_record(catalog, LOG)
    assert not needs_record(replace(catalog, sources={"clicks": CLICKS}), LOG)
    assert not needs_record(replace(catalog, destinations={"log": replace(task, connector="acme")}), LOG)


def test_a_rule_with_once_lets_people_enter_again():
    document = {"source": "clicks", "audience": "log"}
    once = {**document, "once": ["type"]}

    assert rule("log", RuleDocument().load(document)).again_after is None
    assert rule("log", RuleDocument().load(once)).again_after == 0
    assert rule("log", RuleDocument().load({**once, "again_after": "never"})).again_after is None


def test_a_file_that_has_landed_nudges_sources_of_events(redis, records, events, tmp_path):
    settings = Settings.load({"ACTIVATION_DATA_DIR": str(tmp_path)})

    Importer(settings, redis, records, events).nudge(CATALOG)

    assert nudges.waiting(redis) == ["clicks"]
