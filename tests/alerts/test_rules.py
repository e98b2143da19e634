"""pipeline.alerts.rules: each kind of rule against both stores, when it holds and when it does not."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from pipeline.alerts.condition import SYSTEM, Subject
from pipeline.alerts.facts import WORKER_SEEN, Facts
from pipeline.alerts.rules import conditions_of, subjects_of
from pipeline.model.alert_rule import AlertRule
from pipeline.records import mirror
from pipeline.stores import stopwatch, tables
from pipeline.stores.broker import connect
from pipeline.stores.event_tables import event_files
from tests.consents.conftest import Consents
from tests.processes.environment import until

LAPSED = Subject("destination", "lapsed")
LEFT = Subject("destination", "left")
HOUR = timedelta(hours=1)
WITH_CONSENTS = {
    "destinations": {
        "consent-list": {
            "audience": "consent-email", "connector": "acme", "action": "audience_export", "max_age": 1,
            "identifiers": {"riid": "RIID_", "email": "EMAIL_ADDRESS_"},
            "match_column_1": ["RIID_", "EMAIL_ADDRESS_"], "permission": "consent",
        },
    },
    "sources": {
        "opt-outs": {
            "kind": "responsys_events", "connector": "acme", "types": ["OPT_OUT"], "every": 1,
            "enabled": True,
        },
    },
    "consents": {
        "email": {"channel": "email", "sources": ["opt-outs"], "audience": "consent-email", "again": "manual"}
    },
}  # fmt: skip
SOURCE = {
    "audience": "lapsed-buyers",
    "url": "sqlite:///x",
    "query": "SELECT 1",
    "every": 60,
    "enabled": True,
}


def found(environment, kind, now=None, **options):
    """Return the conditions that hold, by subject."""
    rule = AlertRule("rule", kind, **options)
    facts = Facts(environment.redis, environment.engine, environment.catalog, 60, now)
    conditions = conditions_of(rule, facts)
    return {condition.subject: condition for condition in conditions if condition.holds}


def settle(environment, delivered, rejected, destination="lapsed", ago=timedelta(0)):
    """Write a batch that was settled some time ago."""
    batch = {
        "id": f"{destination}-{delivered}-{rejected}-{ago}", "destination": destination, "connector": "acme",
        "action": "custom_event", "attempt": 1, "rows": delivered + rejected, "delivered": delivered,
        "rejected": rejected, "returned": [], "outcome": "delivered", "finished_at": datetime.now(UTC) - ago,
    }  # fmt: skip
    with environment.engine.begin() as connection:
        connection.execute(insert(tables.batches).values(batch))


def source(environment, **changes):
    """Set up a source."""
    environment.records.apply({"sources": {"quiet": {**SOURCE, **changes}}})
    mirror.refresh(environment.redis, environment.records)


def test_many_rejected_rows_among_those_settled_within_the_window(environment):
    settle(environment, delivered=90, rejected=10)
    settle(environment, delivered=0, rejected=500, ago=2 * HOUR)
    environment.keep("l1", "l2", batch="b1", code="RECIPIENT_NOT_FOUND")
    environment.keep("l3", batch="b1", code="Z")

    condition = found(environment, "error_share", above=0.05)[LAPSED]

    assert condition.value == 0.1
    assert condition.text == (
        '10 % of 100 rows of destination "lapsed" were rejected within 15 minutes, '
        "most with RECIPIENT_NOT_FOUND"
    )
    assert condition.way_out == "see who, mend the cause, replay"
    assert condition.path == "/dead-letters?destination=lapsed&code=RECIPIENT_NOT_FOUND"
    assert found(environment, "error_share", above=0.1) == {}
    assert found(environment, "error_share", above=0.05, at_least=101) == {}


def test_rows_that_never_came_into_a_batch_were_rejected_too(environment):
    settle(environment, delivered=2, rejected=0)
    environment.keep("l1", "l2", batch=None, code="Invalid")

    assert found(environment, "error_share", above=0.4, at_least=4)[LAPSED].value == 0.5


def test_a_code_from_outside_is_harmless(environment):
    settle(environment, delivered=0, rejected=1)
    environment.keep("l1", batch="b1", code="<b>\x1b[31m\u202e&")

    condition = found(environment, "error_share", above=0.1, at_least=1)[LAPSED]

    assert condition.text.endswith("most with <b> [31m &")
    assert condition.path.endswith("code=%3Cb%3E+%5B31m%E2%80%AE%26")


def test_rows_that_are_due_and_none_is_settled(environment):
    environment.wait("lapsed", "p-1")
    later = datetime.now(UTC)

    assert found(environment, "stalled", above=0) == {}  # not due yet
    due(environment)
    until(lambda: found(environment, "stalled", later, above=0))
    settle(environment, delivered=1, rejected=0, ago=timedelta(seconds=5))
    assert found(environment, "stalled", above=60) == {}


def due(environment):
    """Let rows be due at once."""
    environment.records.apply(
        {"destinations": {"lapsed": {**environment_lapsed(environment), "max_age": 0.001}}}
    )
    mirror.refresh(environment.redis, environment.records)


def environment_lapsed(environment):
    return environment.records.export()["destinations"]["lapsed"]


def test_a_row_that_has_been_due_for_long(environment):
    environment.wait("lapsed", "p-1")
    due(environment)

    condition = until(lambda: found(environment, "overdue", above=0).get(LAPSED))

    assert condition.text.startswith('a row of destination "lapsed" has been due for ')
    assert condition.path == "/destinations/lapsed"
    assert found(environment, "overdue", above=600) == {}


def test_many_rows_wait(environment):
    environment.wait("lapsed", "p-1", "p-2", "p-3")

    condition = found(environment, "waiting_rows", above=2)[LAPSED]

    assert (condition.value, condition.text) == (3, '3 rows wait for destination "lapsed"')
    assert found(environment, "waiting_rows", above=3) == {}


def test_open_dead_letters_of_any_code_or_one(environment):
    environment.keep("l1", "l2", code="A")
    environment.keep("l3", code="B", destination="left")

    assert found(environment, "dead_letters", above=0).keys() == {LAPSED, LEFT}
    one = found(environment, "dead_letters", above=0, code="A")
    assert one[LAPSED].text == '2 dead letters with A of destination "lapsed" are open'
    assert one[LAPSED].path == "/dead-letters?destination=lapsed&code=A"
    assert found(environment, "dead_letters", above=2) == {}


def test_held_records_of_every_scope(environment):
    source(environment)
    environment.hold("connector", "acme", "held", "API_BLOCKED", "ada@example.com may not")
    environment.hold("source", "quiet", "held", "STOPPED")
    environment.hold("destination", "left", "paused")

    held = found(environment, "held")

    assert held.keys() == {Subject("connector", "acme"), Subject("source", "quiet")}
    condition = held[Subject("connector", "acme")]
    assert condition.text == 'connector "acme" is held: API_BLOCKED'
    assert condition.way_out == "see why on its page; put it right, then `activation resume acme`"
    assert condition.path == "/connectors/acme"
    assert found(environment, "held", destination="left") == {}


def test_a_held_connector_that_is_disabled_is_told_all_the_same(environment):
    acme = environment.records.export()["connectors"]["acme"]
    environment.records.apply({"connectors": {"acme": {**acme, "enabled": False}}})
    environment.hold("connector", "acme", "held", "API_BLOCKED")
    environment.wait("lapsed", "p-1")

    assert found(environment, "held").keys() == {Subject("connector", "acme")}
    assert found(environment, "waiting_rows", above=0) == {}


def test_a_paused_destination_opens_nothing(environment):
    environment.wait("lapsed", "p-1")
    environment.keep("l1")
    environment.hold("destination", "lapsed", "paused")

    assert found(environment, "waiting_rows", above=0) == {}
    assert found(environment, "dead_letters", above=0) == {}


def test_a_destination_of_a_paused_connector_opens_nothing(environment):
    environment.wait("lapsed", "p-1")
    environment.hold("connector", "acme", "paused")

    assert found(environment, "waiting_rows", above=0) == {}


@pytest.mark.parametrize(
    ("options", "subjects"),
    [({}, {LAPSED, LEFT}), ({"destination": "left"}, {LEFT}), ({"connector": "acme"}, {LAPSED, LEFT}),
     ({"connector": "other"}, set())],
)  # fmt: skip
def test_a_rule_may_be_on_some_destinations(environment, options, subjects):
    environment.keep("l1")
    environment.keep("l2", destination="left")

    assert found(environment, "dead_letters", above=0, **options).keys() == subjects
    assert set(subjects_of(AlertRule("a", "dead_letters", **options), environment.catalog)) == subjects


def test_a_source_without_a_success_for_some_intervals(environment):
    source(environment)
    now = datetime.now(UTC)
    with environment.engine.begin() as connection:
        run = {"audience": "lapsed-buyers", "run": "r", "phase": "reading", "source": "quiet"}
        connection.execute(insert(tables.snapshots).values(**run, succeeded_at=now - 3 * HOUR))

    condition = found(environment, "source_late", now, above=2)[Subject("source", "quiet")]

    assert condition.value == 3
    assert condition.text == 'no run of source "quiet" has succeeded for 3 h; one is due every 1 h'
    assert found(environment, "source_late", now, above=3.5) == {}


def test_a_source_that_never_ran_is_late_by_the_time_it_is_known(environment):
    source(environment)

    assert found(environment, "source_late", above=1) == {}
    environment.redis.pexpire("since:source_known:quiet", stopwatch.LIFE - 3_601_000)
    assert found(environment, "source_late", above=1).keys() == {Subject("source", "quiet")}


def test_a_disabled_source_is_not_late(environment):
    source(environment, enabled=False)
    stopwatch.restart(environment.redis, "source_known:quiet")
    environment.redis.pexpire("since:source_known:quiet", stopwatch.LIFE - 3_601_000)

    assert found(environment, "source_late", above=1) == {}


def test_no_worker_was_seen(environment):
    assert found(environment, "no_workers", above=60) == {}  # counted from the first look
    environment.redis.pexpire(f"since:{WORKER_SEEN}", stopwatch.LIFE - 90_000)

    condition = found(environment, "no_workers", above=60)[SYSTEM]

    assert condition.text == "no worker has been seen for 1 min 30 s: nothing is sent"
    assert found(environment, "no_workers", above=120) == {}


def test_a_store_that_workers_cannot_write_to(environment):
    assert found(environment, "store") == {}
    environment.redis.set("note:sql", "disk I/O error at /secret/place")

    condition = found(environment, "store")[SYSTEM]

    assert condition.text == "workers cannot write to the SQL store; they keep the outcomes of calls"


def test_a_full_redis(environment):
    limit = environment.redis.config_get("maxmemory")["maxmemory"]
    environment.redis.config_set("maxmemory", 1_000_000)
    try:
        condition = found(environment, "store")[SYSTEM]
    finally:
        environment.redis.config_set("maxmemory", limit)

    assert "is full" in condition.text


def test_without_redis_only_the_store_is_known(environment, engine):
    catalog = environment.catalog
    with connect("redis://127.0.0.1:1") as away:
        facts = Facts(away, engine, catalog, 60)
        assert conditions_of(AlertRule("a", "waiting_rows", above=0), facts) is None
        [condition] = conditions_of(AlertRule("a", "store"), facts)

    assert (condition.holds, condition.subject) == (True, SYSTEM)


def test_a_disabled_rule_is_on_nothing(environment):
    environment.keep("l1")

    assert found(environment, "dead_letters", above=0, enabled=False) == {}


def test_an_import_without_a_new_file_for_long(environment, events):
    files = {
        "kind": "responsys_sftp",
        "host": "files.example.com",
        "username": "acme_scp",
        "private_key": "-----BEGIN OPENSSH PRIVATE KEY-----",
    }
    one = {"connector": "files", "late_after": 60}
    environment.records.apply({"connectors": {"files": files}, "imports": {"events": one}})
    mirror.refresh(environment.redis, environment.records)
    listed = datetime.now(UTC)
    row = {
        "import_name": "events", "path": "a", "size": 1, "mtime": 1, "account": "1", "feed": "CLICK",
        "state": "landed", "listed_at": listed,
    }  # fmt: skip
    with events.begin() as connection:
        connection.execute(insert(event_files).values(row))

    def late(ago):
        rule = AlertRule("rule", "import_late", above=1)
        catalog = environment.catalog
        facts = Facts(environment.redis, environment.engine, catalog, 60, listed + ago, lambda: events)
        return [one.subject for one in conditions_of(rule, facts) if one.holds]

    assert late(timedelta(minutes=59)) == []
    assert late(timedelta(minutes=61)) == [Subject("import", "events")]
    environment.records.hold("import", "events", "paused", "", "")
    mirror.refresh(environment.redis, environment.records)
    assert late(timedelta(minutes=61)) == []


def test_an_opting_out_that_has_not_reached_the_other_side(environment, events):
    consent = Consents(events)
    environment.records.apply(WITH_CONSENTS)
    mirror.refresh(environment.redis, environment.records)
    said = datetime.fromtimestamp(consent.now / 1000, UTC)

    def late(ago, **options):
        rule = AlertRule("rule", "opt_out_late", above=900, **options)
        facts = Facts(
            environment.redis, environment.engine, environment.catalog, 60, said + ago, lambda: events
        )
        return {one.subject: one for one in conditions_of(rule, facts) if one.holds}

    subject = Subject("consents", "email")
    rule = AlertRule("rule", "opt_out_late")
    assert subjects_of(rule, environment.catalog) == [subject]
    assert late(HOUR) == {}  # nothing was said
    activations = consent.event("OPT_OUT")
    assert late(timedelta(minutes=15)) == {}
    environment.records.hold("destination", "consent-list", "paused", "", "")
    condition = late(timedelta(minutes=16))[subject]
    assert condition.text == (
        'an opting out of the consents "email" has not reached the other side for 16 min'
    )
    assert condition.value == 960
    assert late(HOUR, destination="lapsed") == {}
    consent.answer(activations, ["consent-list"])
    assert late(HOUR) == {}


def test_without_an_events_store_no_opting_out_is_late(environment):
    environment.records.apply(WITH_CONSENTS)
    mirror.refresh(environment.redis, environment.records)

    assert found(environment, "opt_out_late", above=0) == {}
