import sqlite3
from functools import partial

import pytest

from pipeline.errors import Misconfigured
from pipeline.produce.appender import Appender
from pipeline.records.stops import remedy, stop_of
from pipeline.snapshots import source_runs
from pipeline.snapshots.run_lease import hold_run
from pipeline.stores.row_lease import Busy
from tests.event_files.folder import export, land
from tests.fixtures.intake import Bell

QUERY = "SELECT id AS profile_id, crm_id FROM customers WHERE seen < :now"


@pytest.fixture
def customers(environment, tmp_path):
    """A database of customers, with a source on it."""
    file = tmp_path / "customers.db"
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("CREATE TABLE customers (id TEXT, crm_id TEXT, seen TEXT)")
    for number in range(10):
        database.execute("INSERT INTO customers VALUES (?, ?, '2026-01-01')", (f"p{number}", f"C-{number}"))
    source = {"audience": "lapsed-buyers", "url": f"sqlite:///{file}", "query": QUERY, "every": 60}
    environment.records.apply({"sources": {"quiet": source}})
    yield database
    database.close()


def run_by_schedule(environment, name="quiet"):
    appender = Appender(environment.redis, Bell())
    run = partial(source_runs.run, environment.records, environment.engine)
    return source_runs.run_by_schedule(environment.records.load(), name, appender, run)


def held(environment):
    hold = environment.records.load().holds.get(("source", "quiet"))
    return hold and (hold.kind, hold.code, hold.detail)


def test_the_difference_between_two_runs_is_sent(environment, customers):
    assert run_by_schedule(environment) == "quiet: 10 members, 10 changes"
    environment.taken()
    customers.execute("DELETE FROM customers WHERE id = 'p0'")
    customers.execute("INSERT INTO customers VALUES ('new', 'C-x', '2026-01-01')")

    assert run_by_schedule(environment) == "quiet: 10 members, 2 changes"

    assert environment.sent() == [("lapsed", "ADD", "new"), ("lapsed", "REMOVE", "p0")]


def test_who_becomes_a_member_by_the_clock_alone_is_no_member_before(environment, customers):
    customers.execute("UPDATE customers SET seen = '2999-01-01' WHERE id = 'p3'")

    run_by_schedule(environment)

    assert ("lapsed", "ADD", "p3") not in environment.sent()


def test_a_source_that_would_send_too_much_is_held_until_it_does_not(environment, customers):
    run_by_schedule(environment)
    environment.taken()
    customers.execute("DELETE FROM customers WHERE id < 'p3'")

    assert run_by_schedule(environment) == "quiet is held: nothing was sent"

    detail = '3 of 10 members (30 %) would leave destination "lapsed"; up to 20 % is taken for granted'
    assert (held(environment), environment.sent()) == (("held", "STOPPED", detail), [])
    stop = stop_of(environment.records.load(), "source", "quiet")
    assert remedy(environment.records.load(), stop) == (
        "its schedule tries again; at once: `activation sync --source quiet`, "
        "with --confirm if the numbers are right"
    )

    customers.execute("INSERT INTO customers VALUES ('p0', 'C-0', '2026-01-01')")
    run_by_schedule(environment)

    assert held(environment) is None
    assert environment.sent() == [("lapsed", "REMOVE", "p1"), ("lapsed", "REMOVE", "p2")]


def test_a_query_that_fails_holds_its_source_with_the_newest_reason(environment, customers):
    customers.execute("ALTER TABLE customers DROP COLUMN seen")
    run_by_schedule(environment)
    assert held(environment) == ("held", "ERROR", 'source "quiet": its query failed: no such column: seen')
    customers.execute("DROP TABLE customers")

    assert run_by_schedule(environment).startswith("quiet is held: ")

    assert held(environment) == (
        "held",
        "ERROR",
        'source "quiet": its query failed: no such table: customers',
    )


def test_a_source_waits_for_its_next_time_when_another_run_is_under_way(environment, customers):
    with hold_run(environment.engine, "lapsed-buyers"):
        assert run_by_schedule(environment) == "another run for lapsed-buyers is under way"
        catalog = environment.records.load()
        with pytest.raises(Busy):
            source_runs.run(environment.records, environment.engine, catalog, catalog.sources["quiet"], None)

    assert held(environment) is None


def test_a_source_that_is_no_more_is_no_error(environment):
    assert run_by_schedule(environment, "gone") == "there is no source gone"


def test_an_unknown_source_is_named_with_those_there_are(environment, customers):
    with pytest.raises(Misconfigured, match='source "noisy" does not exist; there are: quiet'):
        source_runs.find_source(environment.records.load(), "noisy")


def test_a_source_without_a_url_reads_the_people_of_event_files(environment, events, tmp_path):
    """Their times are text, and so is :now."""
    path = tmp_path / "12_CLICK_20260105_000000.txt"
    path.write_text("RIID,EVENT_CAPTURED_DT\n7,05-Jan-2026 14:03:22\n8,05-Jan-2999 14:03:22\n")
    land(events, [path])
    export(events)
    environment.records.events_url = events.url.render_as_string(hide_password=False)
    query = (
        "SELECT rs_user_id AS profile_id, 'C-' || rs_user_id AS crm_id, email_last_click_ts AS clicked "
        "FROM responsys_people WHERE email_last_click_ts < :now"
    )
    source = {"audience": "lapsed-buyers", "query": query, "every": 60, "url": ""}
    environment.records.apply({"sources": {"quiet": source}})

    assert run_by_schedule(environment) == "quiet: 1 member, 1 change"

    assert environment.sent() == [("lapsed", "ADD", "7")]
