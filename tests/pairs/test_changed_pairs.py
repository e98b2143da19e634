"""Pairs that are changed, and people who leave, while fields are not at rest; on both databases."""

from dataclasses import replace

import pytest

from pipeline.pairs.comparison import SideComparison
from pipeline.pairs.open_pair import OpenPair
from pipeline.pairs.stale_fields import end_questions_of_the_gone, forget_removed
from pipeline.people.conflicts import conflict_of, conflicts_query
from tests.pairs.environment import PAIR, SETTLE, TwoSides, catalog_of

BOSS = {"title": "Boss", "phone": "+33123456789", "first_name": "Ada"}
THERE = {"title": "Boss", "phone": "0123456789"}


@pytest.fixture
def sides(events):
    """Ada on both sides, whose title was written to Salesforce and has settled."""
    two = TwoSides(events)
    two.salesforce(BOSS)
    two.later(1_000).responsys(THERE)
    two.later(60_000).responsys({**THERE, "title": "Chief"})
    two.verdict("salesforce")
    two.later(1_000).salesforce({**BOSS, "title": "Chief"})
    return two.later(2 * SETTLE)


def looks(two):
    """Count the looks of one run at what has settled."""
    pairing = two.pairing("contacts")
    pairing.prepare()
    count = 0
    while pairing.read_ahead(two.events, None) and count < 5:
        with two.events.begin() as connection:
            pairing.decide_later(connection)
        count += 1
    return count


def test_a_look_at_a_record_that_is_gone_ends(sides):
    sides.salesforce({**BOSS, "title": "Chief"}, gone=True)
    assert looks(sides) <= 1


def test_a_look_ends_when_live_becomes_watch(sides):
    sides.catalog = catalog_of(replace(PAIR, mode="watch"))
    assert looks(sides) <= 1


def test_a_look_ends_when_the_field_is_removed(sides):
    sides.catalog = catalog_of(replace(PAIR, fields={"phone": "responsys"}))
    assert looks(sides) <= 1


DAY = 24 * 60 * 60 * 1000  # ms


@pytest.fixture
def lost(events):
    """Ada on both sides, whose title was written to Responsys; no verdict will come."""
    two = TwoSides(events)
    two.salesforce(BOSS)
    two.later(1_000).responsys(THERE)
    two.later(60_000).salesforce({**BOSS, "title": "Chief"})
    return two


def test_a_write_that_was_lost_is_written_again_after_a_day(lost):
    assert lost.later(2 * SETTLE).responsys(THERE) == []

    [again] = lost.later(DAY).responsys(THERE)

    assert (again.audience, again.variables) == ("people", {"title": "Chief"})
    assert lost.history()[-2:] == [("responsys", "resent", "Boss"), ("responsys", "write", "Chief")]
    assert lost.later(1_000).responsys(THERE) == []
    lost.verdict("responsys")
    assert lost.later(2 * SETTLE).responsys({**THERE, "title": "Chief"}) == []
    assert lost.later(DAY).look() == []
    assert lost.states() == {}


def test_a_write_to_salesforce_that_was_lost_is_written_again_after_a_day(sides):
    """Salesforce is not read again where nothing changed."""
    sides.responsys({**THERE, "title": "Dean"})
    assert sides.later(2 * SETTLE).look() == []

    [again] = sides.later(DAY).look()

    assert (again.audience, again.variables) == ("members", {"title": "Dean"})
    assert sides.look() == []


def test_a_verdict_that_was_lost_undoes_no_edit_back(lost):
    """The write arrived, and a person put back what it replaced."""
    lost.later(1_000).responsys({**THERE, "title": "Chief"})
    assert lost.later(60_000).responsys(THERE) == []

    [back] = lost.later(2 * DAY).responsys(THERE)

    assert (back.audience, back.variables) == ("members", {"title": "Boss"})


def test_a_question_is_not_written_again(lost):
    lost.later(1_000).responsys({**THERE, "title": "Dean"})
    assert lost.states()["title"].held == "asked"

    assert lost.later(2 * DAY).responsys({**THERE, "title": "Dean"}) == []
    assert lost.look() == []


WATCHING = catalog_of(replace(PAIR, mode="watch"))
WITHOUT_TITLE = catalog_of(replace(PAIR, fields={"phone": "responsys"}))


def differences(two):
    pair = OpenPair(two.catalog.pairs["person"], two.catalog)
    with two.events.connect() as connection:
        found = SideComparison(pair).differences(connection, [two.person()])
        return [(one.field, one.state) for one in found]


def questions(two):
    with two.events.connect() as connection:
        found = [conflict_of(row) for row in connection.execute(conflicts_query())]
    return [(one.values["field"], one.settled, one.settled_by) for one in found]


@pytest.fixture
def asked(lost):
    """Both titles have changed, and a person is asked."""
    lost.later(1_000).responsys({**THERE, "title": "Dean"})
    assert questions(lost) == [("title", None, None)]
    return lost.later(1_000)


def test_what_changed_while_a_pair_watched_is_as_met_when_it_writes(sides):
    sides.look()
    live, sides.catalog = sides.catalog, WATCHING
    sides.later(1).salesforce({**BOSS, "title": "Head"})
    assert differences(sides) == [("title", "watched")]

    sides.catalog = live

    assert differences(sides) == [("title", "first")]
    [edit] = sides.later(1).responsys({**THERE, "title": "Dean"})
    assert (edit.audience, edit.variables) == ("members", {"title": "Dean"})


def test_a_write_under_way_is_forgotten_when_a_pair_only_watches(lost):
    lost.catalog = WATCHING
    assert lost.later(2 * DAY).responsys(THERE) == []
    assert differences(lost) == [("title", "watched")]


def test_a_pair_that_is_added_again_begins_anew(asked):
    pair = asked.catalog
    asked.catalog = replace(pair, pairs={})
    forget_removed(asked.events, asked.catalog)
    assert asked.states() == {}
    assert questions(asked) == [("title", "removed", "configuration")]

    asked.catalog = pair

    assert differences(asked) == [("title", "first")]
    [edit] = asked.salesforce({**BOSS, "title": "Head"})
    assert edit.variables == {"title": "Head"}


def test_a_variable_that_is_added_again_begins_anew(asked):
    forget_removed(asked.events, WITHOUT_TITLE)

    assert asked.states() == {}
    assert questions(asked) == [("title", "removed", "configuration")]


def test_fields_of_a_pair_that_is_there_stay(asked):
    forget_removed(asked.events, asked.catalog)
    end_questions_of_the_gone(asked.events, asked.catalog)

    assert set(asked.states()) == {"title"}
    assert questions(asked) == [("title", None, None)]


def test_a_question_about_a_record_that_is_gone_ends(asked):
    asked.salesforce(BOSS, gone=True)

    end_questions_of_the_gone(asked.events, asked.catalog)

    assert questions(asked) == [("title", "gone", "record")]
    assert asked.states() == {}


def test_a_record_in_a_conflict_takes_no_part_though_its_field_is_not_at_rest(lost):
    bob = {"email": "bob@example.com", "family": "Ba"}
    lost.salesforce({**BOSS, "title": "Clerk"}, record="003000000000002AAA", riid="7", **bob)
    lost.later(1_000)
    mixed = {**BOSS, "title": "Mixed"}

    assert lost.salesforce(mixed, **bob) == []
    assert [kind for kind, *_ in questions_of_people(lost)] == ["handles"]
    assert lost.later(1_000).salesforce(mixed, **bob) == []
    assert lost.states()["title"].salesforce.here == "Chief"


def questions_of_people(two):
    with two.events.connect() as connection:
        found = [conflict_of(row) for row in connection.execute(conflicts_query())]
    return [(one.kind, one.values) for one in found]
