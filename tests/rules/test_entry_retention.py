"""Entries that no check asks for are forgotten, and no others."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from pipeline.model.rule import EntryLimit, Rule
from pipeline.model.source import EventsSource, SalesforceSource
from pipeline.rules.entry_retention import EntryKeeping, forget_entries
from pipeline.stores.stream_tables import entries

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
YEAR = 365 * DAY.total_seconds()
STATES = ("entered", "sent", "left_out", "put_off", "refused")
COUNTING = {"entered", "sent"}
EVENTS = EventsSource(name="events", every=1, connector="acme")
LEADS = SalesforceSource(name="leads", every=2, connector="crm", object="Lead", mapping="person")
SOURCES = {"events": EVENTS, "leads": LEADS}


def rule(source="events", **values):
    return Rule(**{"name": "one", "source": source, "audience": "a", "again_after": 0.0, **values})


def keep(events, rules, *, age=401, entry_days=30, event_days=90, check=6):
    """Store an entry of each state, forget, and return the states that are kept."""
    at = NOW - age * DAY
    common = {"source": "events", "record": "1", "person": 1, "asked_at": at, "check": check}
    with events.begin() as connection:
        rows = [{"key": state, "rule": "one", "state": state, **common} for state in STATES]
        connection.execute(insert(entries), rows)
    named = {each.name: each for each in rules}
    forget_entries(events, named, SOURCES, EntryKeeping(entry_days, event_days), NOW)
    with events.connect() as connection:
        return set(connection.scalars(select(entries.c.state)))


@pytest.mark.parametrize(
    "one",
    [
        rule(),
        rule(once=("type", "day")),
        rule(existing=True),
        rule("leads", on="change"),
        rule(active_for=YEAR, again_after=YEAR, most=EntryLimit(5, YEAR)),
    ],
)
def test_old_entries_are_forgotten_but_those_that_were_put_off(events, one):
    assert keep(events, [one]) == {"put_off"}


@pytest.mark.parametrize(
    ("one", "age"),
    [
        (rule(), 29),
        (rule(once=("type", "day")), 91),
        (rule(existing=True), 91),
        (rule(active_for=YEAR), 364),
        (rule(again_after=YEAR), 364),
        (rule(most=EntryLimit(5, YEAR)), 364),
        (rule(once=("campaign_id",)), 9_999),
        (rule("leads", on="new"), 9_999),
    ],
)
def test_what_a_check_may_ask_for_is_kept(events, one, age):
    assert keep(events, [one], age=age) == {*STATES}


def test_who_entered_is_never_forgotten_by_a_rule_that_nobody_enters_again(events):
    assert keep(events, [rule(again_after=None)]) == {"put_off", *COUNTING}


def test_entries_count_as_long_as_another_rule_counts_them(events):
    over_all = rule(name="other", most=EntryLimit(5, YEAR, over_all=True))

    assert keep(events, [rule(), over_all], age=364) == {*STATES}


def test_keys_without_an_answer_are_forgotten(events):
    assert keep(events, [rule("leads", on="new")], check=2) == {*STATES} - {"left_out"}


@pytest.mark.parametrize(
    ("rules", "options"),
    [
        ([rule()], {"entry_days": 0}),
        ([rule(name="other")], {}),
        ([rule("gone")], {}),
        ([rule(once=("day",))], {"event_days": 0}),
    ],
)
def test_all_are_kept_for_ever_where_nothing_tells_that_they_may_go(events, rules, options):
    assert keep(events, rules, **options) == {*STATES}
