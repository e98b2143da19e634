"""Differences of a pair, a side taken for all, and conflicts that are settled."""

from dataclasses import asdict, replace

import pytest
from sqlalchemy import select

from pipeline.errors import Misconfigured
from pipeline.pairs.comparison import SideComparison, pages_of_people
from pipeline.pairs.open_pair import OpenPair
from pipeline.pairs.settling import settle_question
from pipeline.pairs.taking import SideTaking
from pipeline.people.conflicts import conflict_of, conflicts_query
from pipeline.produce.appender import Appender
from pipeline.stores.people_tables import conflicts
from tests.fixtures.intake import Bell, Entries
from tests.pairs.environment import PAIR, TwoSides, catalog_of

BOSS = {"title": "Boss", "phone": "+33123456789"}
CHIEF = {"title": "Chief", "phone": "0123456789"}


def open_pair(sides):
    return OpenPair(sides.catalog.pairs["person"], sides.catalog)


def differences(sides, *fields):
    comparison = SideComparison(open_pair(sides), fields)
    with sides.events.begin() as connection:
        people = list(pages_of_people(sides.events, open_pair(sides)))
        found = [one for page in people for one in comparison.differences(connection, page)]
    assert comparison.people == sum(map(len, people))
    return [(one.field, one.salesforce, one.responsys, one.state, one.to) for one in found]


@pytest.fixture
def apart(events):
    """Ada on both sides, whose titles differ from the beginning."""
    two = TwoSides(events)
    two.salesforce(BOSS)
    two.later(1).responsys(CHIEF)
    return two.later(1)


def test_a_first_difference_is_listed(apart):
    assert differences(apart) == [("title", "Boss", "Chief", "first", None)]
    assert differences(apart, "phone") == []


def test_a_pair_that_watches_says_what_a_live_one_would_write(events):
    two = TwoSides(events, catalog_of(replace(PAIR, mode="watch")))
    two.salesforce(BOSS)
    two.later(1).responsys({**CHIEF, "title": "Boss"})
    two.later(1).responsys(CHIEF)

    assert differences(two) == [("title", "Boss", "Chief", "watched", "salesforce")]


@pytest.mark.parametrize(("code", "listed"), [(None, "open"), ("MERGEFAILED", "refused")])
def test_a_write_without_effect_so_far_is_listed(apart, code, listed):
    apart.salesforce({**BOSS, "title": "Head"})
    if code:
        apart.later(1).verdict("responsys", code=code)

    assert differences(apart) == [("title", "Head", "Chief", listed, "responsys")]


def test_an_emptied_side_is_listed(apart):
    apart.salesforce({**BOSS, "title": "Chief", "phone": None})

    assert differences(apart) == [("phone", None, "+33123456789", "emptied", None)]


@pytest.mark.parametrize(
    ("side", "audience", "value"), [("salesforce", "people", "Boss"), ("responsys", "members", "Chief")]
)
def test_a_side_that_is_taken_is_written_to_the_other(apart, redis, side, audience, value):
    taking = SideTaking(apart.events, open_pair(apart), "title", side, clock=lambda: apart.now)
    counts = {"people": 1, "differ": 1, "taken": 1, "asked": 0, "skipped": 0}
    assert asdict(replace(taking).rehearse()) == counts
    assert Entries(redis)() == []

    taking = SideTaking(apart.events, open_pair(apart), "title", side, clock=lambda: apart.now)
    assert asdict(taking.run(Appender(redis, Bell(), sleep=lambda _: None))) == counts
    (written,) = Entries(redis)()
    assert (written.audience, written.variables) == (audience, {"title": value})
    assert apart.history()[-2:] == [(side, "taken", value), (other(side), "write", value)]


def other(side):
    return {"salesforce": "responsys", "responsys": "salesforce"}[side]


@pytest.fixture
def asked(apart):
    """Both sides of the title changed at one time."""
    apart.salesforce({**BOSS, "title": "Head"})
    apart.later(1).responsys({**CHIEF, "title": "Dean"})
    return apart.later(1)


def questions(sides):
    with sides.events.begin() as connection:
        query = conflicts_query().where(conflicts.c.kind == "pair")
        return [conflict_of(row) for row in connection.execute(query)]


def test_both_sides_that_changed_are_a_conflict(asked):
    (found,) = questions(asked)

    assert found.values["salesforce"] == "Head"
    assert found.values["responsys"] == "Dean"
    assert (found.values["field"], found.values["reason"]) == ("title", "asked")
    assert found.document["other"] is None
    assert differences(asked) == [("title", "Head", "Dean", "asked", None)]


@pytest.mark.parametrize(
    ("answer", "written"),
    [
        ("salesforce", [("people", "Head")]),
        ("responsys", [("members", "Dean"), ("people", "Dean")]),
        ("value:Boss", [("members", "Boss"), ("people", "Boss")]),
    ],
)
def test_a_settled_conflict_is_written(asked, answer, written):
    (question,) = questions(asked)
    with asked.events.begin() as connection:
        found = settle_question(connection, asked.catalog, question, answer, "ada")

    assert sorted((one.audience, one.variables["title"]) for one in found) == written
    (question,) = questions(asked)
    assert (question.settled, question.settled_by) == (answer.partition(":")[0], "ada")
    assert asked.states()["title"].held == ""


def test_another_answer_is_refused(asked):
    (question,) = questions(asked)

    with asked.events.begin() as connection, pytest.raises(Misconfigured, match="no answer; there are"):
        settle_question(connection, asked.catalog, question, "same", "ada")


def test_a_conflict_ends_when_people_make_both_sides_equal(asked):
    asked.salesforce({**BOSS, "title": "Dean"})

    (question,) = questions(asked)
    assert question.settled == "agreed"
    with asked.events.begin() as connection:
        assert connection.scalar(select(conflicts.c.id).where(conflicts.c.settled.is_(None))) is None
