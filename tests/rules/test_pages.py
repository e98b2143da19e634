"""Pages of a stream: people enter by rules, once, in the transaction that takes the page."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from pipeline.errors import Held
from pipeline.model.record_condition import read_condition
from pipeline.model.rule import EntryLimit, OpeningHours, Rule
from pipeline.rules.decide import decide
from pipeline.rules.entry_facts import read_facts
from pipeline.rules.outside import NothingOutside
from pipeline.rules.source_rules import SourceRules
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import entries
from tests.streams.environment import LEADS, ago

WEB = {"LastName": "One", "Company": "Acme", "LeadSource": "Web", "Email": "one@example.com"}
CRM = {"LeadSource": "Web"}


def rule(name="nurture", when=None, **options):
    options = {"on": "new", "when": read_condition(when or CRM), **options}
    return Rule(name=name, source="leads", audience=name, **options)


class Rules(SourceRules):
    """The rules of leads, with a clock of their own."""

    def __init__(self, *given, **options):
        super().__init__(LEADS, {one.name: one for one in given}, {}, clock=lambda: self.now, **options)
        self.now = datetime.now(UTC)


@pytest.fixture
def run(streams, org):
    """Run the leads, the baseline first, and return the ids of what entered."""
    with ago(org, 60):
        org.load("Lead", {**WEB, "LastName": "Baseline", "Email": "base@example.com"})
    streams.run(LEADS, follower=Rules(rule(), rule("touched", {"Title": "CEO"}, on="change")))
    streams.taken()

    def run(rules):
        streams.run(LEADS, follower=rules)
        return sorted(each.id for each in streams.taken() if each.audience != "people")

    return run


def kept(streams):
    with reading(streams.events) as connection:
        rows = connection.execute(select(entries).order_by(entries.c.key)).all()
    return [(row.key, row.state, row.check) for row in rows]


def test_the_first_reading_enters_nobody(streams, run):
    assert kept(streams) == []


def test_a_new_record_enters_once(streams, org, run):
    rules = Rules(rule())
    (one,) = org.load("Lead", WEB)

    streams.run(LEADS, follower=rules)
    (entered,) = [each for each in streams.taken() if each.audience == "nurture"]
    org.edit("Lead", one, Title="CEO")

    assert (entered.id, entered.call_type) == (f"nurture:{one}", "ADD")
    assert entered.identifiers == {"salesforce_id": one, "email": "one@example.com"}
    assert entered.variables == {"first_name": None, "title": None}
    assert run(rules) == []
    assert kept(streams) == [(f"nurture:{one}", "entered", None)]


def test_a_record_that_is_otherwise_is_asked_again_when_it_changes(streams, org, run):
    rules = Rules(rule())
    (one,) = org.load("Lead", {**WEB, "LeadSource": "Other"})
    assert run(rules) == []
    assert kept(streams) == []
    assert rules.counts["nurture", "left_out", 2] == 1

    org.edit("Lead", one, LeadSource="Web")

    assert run(rules) == [f"nurture:{one}"]


def test_a_record_of_the_first_reading_is_never_new(streams, org, run):
    [baseline] = streams.known(LEADS)
    org.edit("Lead", baseline, Title="CEO")

    assert run(Rules(rule())) == []
    assert run(Rules(rule(existing=True))) == []  # it has not changed since
    org.edit("Lead", baseline, Title="CTO")
    assert run(Rules(rule(existing=True))) == [f"nurture:{baseline}"]


def test_a_change_is_asked_with_its_stamp(streams, org, run):
    rules = Rules(rule("touched", {"Title": {"becomes": "CEO"}}, on="change", again_after=0.0))
    [baseline] = streams.known(LEADS)
    with ago(org, 40):
        org.edit("Lead", baseline, Title="CEO")
    first = run(rules)
    with ago(org, 20):
        org.edit("Lead", baseline, Title="CTO")
    assert run(rules) == []
    org.edit("Lead", baseline, Title="CEO")
    second = run(rules)

    assert [key.rpartition(":")[0] for key in [*first, *second]] == [f"touched:{baseline}"] * 2
    assert first != second


def test_new_fields_of_rules_are_no_change(streams, org, run):
    """Otherwise a rule that is added would let everybody enter at the next reading of all."""
    rules = Rules(rule(), rule("wide", {"Company": {"set": True}}, on="change"))

    streams.run(LEADS, follower=rules, full=True)

    assert [each for each in streams.taken() if each.audience != "people"] == []


def test_a_rule_that_watches_keeps_all_verdicts_and_sends_nothing(streams, org, run):
    one, other = org.load("Lead", WEB, {**WEB, "LeadSource": "Other", "Email": "other@example.com"})

    assert run(Rules(rule(mode="watch"))) == []
    assert kept(streams) == sorted([(f"nurture:{one}", "watched", None), (f"nurture:{other}", "left_out", 2)])


def test_of_a_group_the_rule_of_higher_priority_enters(streams, org, run):
    (one,) = org.load("Lead", WEB)
    low = rule("low", group="g", active_for=3600.0, busy="leave")
    high = rule("high", group="g", active_for=3600.0, priority=1)

    assert run(Rules(low, high)) == [f"high:{one}"]
    assert kept(streams) == [(f"high:{one}", "entered", None), (f"low:{one}", "left_out", 5)]


def test_a_bounced_address_is_left_out(streams, org, run):
    (one,) = org.load("Lead", WEB)
    org.edit("Lead", one, EmailBouncedDate="2026-11-01T00:00:00.000+0000")

    assert run(Rules(rule())) == []
    assert kept(streams) == [(f"nurture:{one}", "left_out", 3)]


@pytest.mark.parametrize("optional", [(), ("EmailBouncedDate",)])
def test_a_hidden_date_of_bounces_holds_the_source_only_if_a_condition_names_it(streams, org, optional):
    """Event files tell of bounces, too."""
    org.order("fields", {"object": "Lead", "hide": ["EmailBouncedDate"]})
    (one,) = org.load("Lead", WEB)
    run = streams.prepare(LEADS, follower=Rules(rule()), optional=optional)

    if optional:
        assert run.run().counts.read == 1
        assert streams.known(LEADS)[one].body == '[{"first_name":null,"title":null},{"LeadSource":"Web"}]'
    else:
        with pytest.raises(Held, match="INVALID_FIELD"):
            run.run()
    org.order("reset", {"calls_only": True})  # the query was one that no client should make


def test_what_is_put_off_is_decided_anew_with_the_record_as_it_is(streams, org, run):
    rules = Rules(rule(hours=OpeningHours(frozenset(range(7)), time(9), time(10), ZoneInfo("UTC"))))
    rules.now = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
    one, other = org.load("Lead", WEB, {**WEB, "Email": "other@example.com", "LastName": "Other"})
    assert run(rules) == []
    org.edit("Lead", one, FirstName="Ada")
    org.edit("Lead", other, LeadSource="Other")
    assert run(rules) == []

    rules.now += timedelta(hours=21)
    streams.run(LEADS, follower=rules)

    (entered,) = [each for each in streams.taken() if each.audience == "nurture"]
    assert (entered.id, entered.variables["first_name"]) == (f"nurture:{one}", "Ada")
    assert entered.identifiers["email"] == "one@example.com"
    assert kept(streams) == sorted([(f"nurture:{one}", "entered", None), (f"nurture:{other}", "left_out", 2)])


def test_the_most_entries_are_put_off_to_the_next_window(streams, org, run):
    rules = Rules(rule(on="change", again_after=0.0, most=EntryLimit(1, 86_400)))
    with ago(org, 20):
        (one,) = org.load("Lead", WEB)
    assert len(run(rules)) == 1
    org.edit("Lead", one, Title="CEO")
    assert run(rules) == []

    rules.now += timedelta(days=1)

    assert len(run(rules)) == 1


def test_verdicts_are_found_again_from_what_is_kept(streams, org, run):
    given = [rule(), rule("watch", mode="watch"), rule("late", group="g", active_for=60.0)]
    org.load("Lead", WEB, {**WEB, "LeadSource": "Other", "Email": "other@example.com"})
    run(Rules(*given))

    by_name = {one.name: one for one in given}
    with reading(streams.events) as connection:
        rows = connection.execute(select(entries)).all()
    assert len(rows) == 4
    for row in rows:
        found = decide(by_name[row.rule], read_facts(row.evidence))
        assert (found.state, found.check, found.until) == (row.state, row.check, row.until)


class Columns(NothingOutside):
    """Members of a list by the ids of their records."""

    def __init__(self, members):
        self.members, self.calls = members, 0

    def columns(self, _rule, records):
        self.calls += 1
        return {one.id: self.members[one.id] for one in records if one.id in self.members}


def test_columns_are_read_after_the_last_page(streams, org, run):
    one, other, third = org.load(
        "Lead", *({**WEB, "LastName": name, "Email": f"{name}@example.com"} for name in ("A", "B", "C"))
    )
    outside = Columns({one: {"STATE": "new"}, other: {"STATE": "old"}})
    rules = Rules(rule(only_if={"STATE": ("new",)}), outside=outside)

    assert run(rules) == [f"nurture:{one}"]
    assert kept(streams) == sorted(
        [
            (f"nurture:{one}", "entered", None),
            (f"nurture:{other}", "left_out", 7),
            (f"nurture:{third}", "put_off", 7),
        ]
    )
    assert outside.calls == 1


class Out:
    """The wishes of people of whom some are out."""

    def __init__(self, *records):
        self.records = records

    def out(self, _connection, _rule, records):
        return {record.id: "email" for record in records if record.id in self.records}


def test_who_is_out_of_what_the_destination_honours_is_left_out(streams, org, run):
    one, two = org.load("Lead", WEB, {**WEB, "Email": "two@example.com", "LastName": "Two"})

    assert run(Rules(rule(), wishes=Out(one))) == [f"nurture:{two}"]
    assert kept(streams) == [(f"nurture:{one}", "left_out", 3), (f"nurture:{two}", "entered", None)]
