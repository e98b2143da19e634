"""Nine checks in their order, each with the evidence that the verdict can be found again from."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.rule import EntryLimit, OpeningHours, Rule
from pipeline.rules.decide import decide
from pipeline.rules.entry_facts import EntryFacts, read_facts

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)  # Monday
HOUR = timedelta(hours=1)
RULE = Rule(name="nurture", source="leads", audience="nurture")
FACTS = EntryFacts(now=NOW)
OFFICE = OpeningHours(frozenset(range(5)), time(9), time(18), ZoneInfo("Europe/Paris"))


def verdict(rule=RULE, **facts):
    found = decide(rule, replace(FACTS, **facts))
    return found.state, found.check, found.until


def test_a_person_enters():
    assert verdict() == ("entered", None, None)
    assert verdict(replace(RULE, mode="watch")) == ("watched", None, None)


@pytest.mark.parametrize(
    ("options", "facts", "expected"),
    [
        ({}, {"asked": True}, ("nothing", 1, None)),
        ({}, {"unknown": True}, ("left_out", 2, None)),
        ({}, {"gone": True}, ("left_out", 2, None)),
        ({}, {"conflict": 7}, ("left_out", 2, None)),
        ({}, {"unmet": ("Status",)}, ("left_out", 2, None)),
        ({}, {"bounced": "record"}, ("left_out", 3, None)),
        ({}, {"opted_out": "email"}, ("left_out", 3, None)),
        ({}, {"stopped": "NURTURE"}, ("put_off", 4, NOW + timedelta(minutes=10))),
        ({}, {"busy_until": NOW + HOUR}, ("put_off", 5, NOW + HOUR)),
        ({}, {"busy_until": NOW}, ("entered", None, None)),
        ({"busy": "leave"}, {"busy_until": NOW + HOUR}, ("left_out", 5, None)),
        ({}, {"last_entry": NOW - 1000 * HOUR}, ("left_out", 6, None)),
        ({"again_after": 3600}, {"last_entry": NOW - HOUR}, ("entered", None, None)),
        ({"again_after": 3601}, {"last_entry": NOW - HOUR}, ("left_out", 6, None)),
        ({"only_if": {"STATE": ("new",)}}, {}, ("put_off", 7, NOW)),
        ({"only_if": {"STATE": ("new",)}}, {"put_off": True}, ("put_off", 7, NOW + timedelta(minutes=10))),
        ({"only_if": {"STATE": ("new",)}}, {"columns": {"STATE": "new"}}, ("entered", None, None)),
        ({"only_if": {"STATE": ("new",)}}, {"columns": {"STATE": None}}, ("left_out", 7, None)),
        ({"only_if": {"STATE": ("new",)}}, {"columns": {}}, ("left_out", 7, None)),
        ({"most": EntryLimit(1, 86400)}, {"full_until": NOW + HOUR}, ("put_off", 8, NOW + HOUR)),
        ({"hours": OFFICE}, {}, ("entered", None, None)),
        ({"hours": OFFICE}, {"now": NOW + 6 * HOUR}, ("put_off", 9, datetime(2026, 12, 1, 8, tzinfo=UTC))),
        ({"hours": OFFICE}, {"now": NOW - 24 * HOUR}, ("put_off", 9, datetime(2026, 11, 30, 8, tzinfo=UTC))),
    ],
)  # fmt: skip
def test_a_check_that_is_not_passed_answers(options, facts, expected):
    assert verdict(replace(RULE, **options), **facts) == expected


def test_the_first_check_counts():
    facts = {
        "unmet": ("A",), "bounced": "events", "stopped": "P", "busy_until": NOW + HOUR, "last_entry": NOW,
        "full_until": NOW + HOUR,
    }  # fmt: skip
    rule = replace(RULE, only_if={"A": ("b",)}, most=EntryLimit(1, 9), hours=OFFICE)
    checks = []
    for name in [*facts, None]:
        checks.append(verdict(rule, **facts)[1])
        facts.pop(name, None)

    assert checks == [2, 3, 4, 5, 6, 7, 7]


moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)).map(
    lambda found: found.replace(tzinfo=UTC)
)
times = st.none() | moments
facts = st.builds(
    EntryFacts,
    now=moments,
    asked=st.booleans(),
    put_off=st.booleans(),
    unknown=st.booleans(),
    gone=st.booleans(),
    conflict=st.none() | st.integers(0, 3),
    unmet=st.lists(st.sampled_from(["A", "B.C"])).map(tuple),
    bounced=st.sampled_from(["", "record"]),
    stopped=st.sampled_from(["", "P"]),
    busy_until=times,
    last_entry=times,
    columns=st.none() | st.dictionaries(st.just("STATE"), st.none() | st.text(max_size=3)),
    full_until=times,
)
hours = st.builds(
    OpeningHours,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    opens=st.times(max_value=time(12)).map(lambda found: found.replace(second=0, microsecond=0)),
    closes=st.none() | st.just(time(18)),
    zone=st.sampled_from(["UTC", "Europe/Paris", "America/St_Johns", "Pacific/Apia"]).map(ZoneInfo),
)
rules = st.builds(
    Rule,
    name=st.just("nurture"),
    source=st.just("leads"),
    audience=st.just("nurture"),
    busy=st.sampled_from(["wait", "leave"]),
    again_after=st.none() | st.floats(1, 1e7),
    only_if=st.sampled_from([{}, {"STATE": ("a",)}]),
    most=st.none() | st.just(EntryLimit(2, 3600)),
    hours=st.none() | hours,
    mode=st.sampled_from(["live", "watch"]),
)


@given(rules, facts)
def test_a_verdict_can_be_found_again_from_its_evidence(rule, known):
    found = decide(rule, known)

    evidence = json.loads(json.dumps(found.evidence))

    assert decide(rule, read_facts(evidence)) == found


@given(rules, facts)
def test_what_is_put_off_waits_for_a_time_that_comes(rule, known):
    found = decide(rule, known)

    assert (found.until is not None) == (found.state == "put_off")
    if found.until is not None:
        assert found.until > known.now or (found.check == 7 and not known.put_off)
    if found.check == 9:
        assert rule.hours.are_open(found.until)
