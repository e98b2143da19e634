"""Plans of SQLite: a page, or a few people, never cost a look at everybody."""

import re
from types import SimpleNamespace

import pytest
from sqlalchemy import event

from pipeline.consents.addresses import handles_of_people, stand_in
from pipeline.consents.clear_boxes import with_clear_box
from pipeline.consents.newcomers import newcomers
from pipeline.consents.untold import named_later, named_since, people_of
from pipeline.event_files.joinable_rows import rows_of_addresses, rows_of_handles
from pipeline.model.source import MembersSource, PeopleSource
from pipeline.operate.consent_explaining import names_meant
from pipeline.pairs.comparison import pages_of_people
from pipeline.people.find import find_people
from pipeline.stores.people_tables import handles
from pipeline.streams.event_points import COPY_HOOKS, COPY_ROWS, TYPE
from pipeline.streams.hook_rows import hook_rows
from pipeline.streams.members_reader import MembersReader
from pipeline.streams.members_run import MembersRun
from pipeline.streams.people_run import PeopleRun

# A search by what a million rows have in common: kind and scope of handles, the source of records.
OF_A_TYPE = r"feed=\?( AND day>\? AND day<\?)?"
COMMON = rf"{OF_A_TYPE}|kind=\?( AND scope=\?)?|source=\?|connector=\?|channel=\?( AND status=\?)?"
OF_EVERYBODY = re.compile(rf"\(({COMMON})\)|^SCAN (handles|records|hook|consent)")
PAIR = SimpleNamespace(pair=SimpleNamespace(responsys="members"))
MEMBERS = MembersSource(name="members", every=15, connector="acme", columns={"TITLE": "title"})
PEOPLE = PeopleSource(name="people", every=15, connector="crm", audience="keys")
RIIDS = [stand_in("1234", "7"), stand_in("1234", "8"), stand_in("99", "7")]


def of(ask):
    """Return a function of an engine that asks on a connection."""

    def asked(engine):
        with engine.connect() as connection:
            return ask(connection)

    return asked


ASKED = {
    "both sides": lambda engine: list(pages_of_people(engine, PAIR)),
    "members": lambda engine: MembersRun(engine, MembersReader(engine, MEMBERS, "1234", list)).rehearse(),
    "people": lambda engine: PeopleRun(engine, PEOPLE, full=True).rehearse(),
    "newcomers": of(lambda connection: newcomers(connection, "email", 5, ["list"])),
    "named later": of(lambda connection: named_later(connection, "email", 5, 6)),
    "named since": of(lambda connection: named_since(connection, "email")),
    "handles": of(lambda connection: handles_of_people(connection, [1, 2, 3])),
    "addresses": of(lambda connection: people_of(connection, ["a", "b", *RIIDS])),
    "webhooks": of(lambda connection: hook_rows(connection, "acme", 5, 900, 100, ["CLICK"])),
    "rows that a webhook tells again": of(lambda connection: list(rows_of_handles(connection, 1, 5, [1, 2]))),
    "the same by address": of(lambda connection: list(rows_of_addresses(connection, 1, 5, [1, 2]))),
    "somebody by RIID": of(lambda connection: find_people(connection, "7")),
    "somebody by id of a record": of(lambda connection: find_people(connection, "003000000000001AAA")),
    "somebody by address": of(lambda connection: find_people(connection, "ada@example.com")),
    "a wish explained": of(lambda connection: names_meant(connection, ["a", "b"], "ada@example.com")),
    "boxes": of(lambda connection: with_clear_box(connection, ["a", "b", "c"], ["leads", "contacts"])),
}


@pytest.fixture
def plans(sqlite_events):
    """Returns the steps of the plans of all that a function asks of a store with three people."""
    with sqlite_events.begin() as connection:
        rows = [
            {"id": number, "kind": "email", "scope": "", "value": value, "person": number}
            for number, value in enumerate("abc", 1)
        ]
        connection.execute(handles.insert(), rows)

    def plans(ask):
        asked = []
        note = lambda *given: asked.append(given[2:4])  # noqa: E731 -- statement and values
        event.listen(sqlite_events, "before_cursor_execute", note)
        ask(sqlite_events)
        event.remove(sqlite_events, "before_cursor_execute", note)
        with sqlite_events.connect() as connection:
            return [
                row[3]
                for statement, values in asked
                if statement.startswith(("SELECT", "WITH"))
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            ]

    return plans


@pytest.mark.parametrize(("copying", "parts"), [(COPY_ROWS, {"type": TYPE, "choice": "1 = 1"}),
                                                 (COPY_HOOKS, {"types": "'CLICK'"})])  # fmt: skip
def test_an_event_that_a_score_counts_costs_no_look_at_all_webhooks(sqlite_events, copying, parts):
    text = copying.format(source="?", mark="?", **parts)
    with sqlite_events.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", ("engagement", 0, 9, 0, 9, "acme"))
        steps = [row[3] for row in rows]

    assert [step for step in steps if OF_EVERYBODY.search(step)] == []


@pytest.mark.parametrize("name", ASKED)
def test_nobody_else_is_looked_at(plans, name):
    steps = plans(ASKED[name])

    assert steps
    assert [step for step in steps if OF_EVERYBODY.search(step)] == []
