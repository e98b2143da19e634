"""Pages of both sides of a pair, on both databases."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, update

from pipeline.stores.people_tables import handles
from tests.pairs.environment import ADA, PAIR, SETTLE, TwoSides, catalog_of

BOSS = {"title": "Boss", "phone": "+33123456789", "first_name": "Ada"}


@pytest.fixture
def sides(events):
    """Ada on both sides, with equal values."""
    two = TwoSides(events)
    two.salesforce(BOSS)
    assert two.later(1_000).responsys({"title": "Boss", "phone": "0123456789"}) == []
    return two.later(60_000)


def variables(activations):
    return [(one.audience, one.variables) for one in activations]


def test_equal_sides_have_no_state(sides):
    assert sides.states() == {}
    assert sides.salesforce(BOSS) == []
    assert sides.responsys({"title": "Boss", "phone": "0123456789"}) == []


def test_an_edit_of_salesforce_goes_into_its_own_audience(sides):
    found = sides.salesforce({**BOSS, "title": "Chief"})

    assert variables(found) == [("people", {"title": "Chief"})]
    assert found[0].identifiers == {"salesforce_id": ADA, "riid": "101"}


def test_an_edit_of_responsys_goes_into_the_audience_of_members(sides):
    found = sides.responsys({"title": "Chief", "phone": "0123456789"})

    assert variables(found) == [("members", {"title": "Chief"})]
    assert found[0].identifiers == {"salesforce_id": ADA, "riid": "101"}


def test_a_write_that_comes_back_is_not_written_again(sides):
    sides.salesforce({**BOSS, "title": "Chief"})

    assert sides.later(60_000).responsys({"title": "Chief", "phone": "0123456789"}) == []
    assert sides.later(60_000).responsys({"title": "Chief", "phone": "0123456789"}) == []
    assert sides.history()[:2] == [("salesforce", "edit", "Chief"), ("responsys", "write", "Chief")]


def test_variables_that_are_not_shared_go_as_ever(sides):
    found = sides.salesforce({**BOSS, "title": "Chief", "first_name": "Augusta"})

    assert variables(found) == [("people", {"first_name": "Augusta"}), ("people", {"title": "Chief"})]


def test_a_person_of_one_side_takes_no_part(events):
    two = TwoSides(events)

    assert variables(two.salesforce(BOSS)) == [("people", BOSS)]
    assert variables(two.later(1).salesforce({**BOSS, "title": "Chief"})) == [("people", {"title": "Chief"})]


def test_sides_that_differ_when_they_are_met_are_listed_and_not_written(events):
    two = TwoSides(events)
    two.salesforce(BOSS)

    assert two.later(1).responsys({"title": "Chief", "phone": "0123456789"}) == []
    assert [(name, state.held) for name, state in two.states().items()] == [("title", "first")]
    assert two.later(1).salesforce({**BOSS, "first_name": "Augusta"})[0].variables == {
        "first_name": "Augusta"
    }


def test_a_first_difference_ends_with_the_next_edit(events):
    two = TwoSides(events)
    two.salesforce(BOSS)
    two.later(1).responsys({"title": "Chief", "phone": "0123456789"})

    found = two.later(1).salesforce({**BOSS, "title": "Head"})

    assert variables(found) == [("people", {"title": "Head"})]
    assert two.states()["title"].held == ""


def test_a_pair_that_watches_leaves_the_ordinary_way_as_it_is(events):
    two = TwoSides(events, catalog_of(replace(PAIR, mode="watch")))
    two.salesforce(BOSS)
    two.later(1).responsys({"title": "Boss", "phone": "0123456789"})

    found = two.later(1).salesforce({**BOSS, "title": "Chief"})

    assert variables(found) == [("people", {"title": "Chief"})]
    assert two.states()["title"].held == "watched"
    assert two.later(1).responsys({"title": "Chief", "phone": "0123456789"}) == []
    assert two.states() == {}


def test_a_write_of_the_other_side_that_is_read_is_forgotten_after_settle(sides):
    sides.responsys({"title": "Chief", "phone": "0123456789"})
    sides.later(1_000).salesforce({**BOSS, "title": "Chief"})
    assert set(sides.states()) == {"title"}
    sides.verdict("salesforce")

    assert sides.later(2 * SETTLE).look() == []
    assert sides.states() == {}


def test_a_side_that_puts_a_value_back_is_an_edit_after_settle(sides):
    sides.responsys({"title": "Chief", "phone": "0123456789"})
    sides.verdict("salesforce")
    sides.later(1_000).salesforce({**BOSS, "first_name": "Augusta"})
    assert sides.history()[-1] == ("salesforce", "waiting", "Boss")

    found = sides.later(2 * SETTLE).look()

    assert variables(found) == [("people", {"title": "Boss"})]


def test_an_emptied_side_empties_the_other_where_nulls_are_blank(sides):
    assert variables(sides.salesforce({**BOSS, "title": None})) == [("people", {"title": None})]


def test_an_emptied_side_is_listed_where_nulls_are_skipped(sides):
    assert sides.salesforce({**BOSS, "phone": None}) == []
    assert set(sides.states()) == {"phone"}


def test_a_riid_that_moves_is_met_anew(sides):
    """The member's values are those of another person now, and no edit."""
    other = "003000000000002AAA"
    sides.salesforce({**BOSS, "title": "Clerk"}, record=other, email="bob@example.com", family="Ba", riid="7")
    person = sides.person(other)
    with sides.events.begin() as connection:
        connection.execute(delete(handles).where(handles.c.kind == "riid", handles.c.value == "7"))
        named = (handles.c.kind == "riid") & (handles.c.value == "101")
        connection.execute(update(handles).where(named).values(person=person))

    assert sides.responsys({"title": "Chief", "phone": "0123456789"}) == []


def test_a_converted_lead_hands_its_side_to_the_contact(events):
    lead = "00Q000000000001AAA"
    two = TwoSides(events)
    two.salesforce(BOSS, record=lead, source="leads")
    two.later(1).responsys({"title": "Boss", "phone": "0123456789"})

    two.later(1).salesforce(BOSS, record=lead, source="leads", gone=True, contact=ADA)
    found = two.later(1).salesforce({**BOSS, "title": "Chief"})

    assert ("people", {"title": "Chief"}) in variables(found)


def test_what_is_under_way_is_sent_again_on_request(sides):
    sides.salesforce({**BOSS, "title": "Chief"})

    found = sides.later(1).salesforce({**BOSS, "title": "Chief"}, resend=True)

    assert ("people", {"title": "Chief"}) in variables(found)
    assert all("phone" not in one.variables for one in found)


def test_a_refusal_is_listed_and_tried_again_when_the_record_changes(sides):
    sides.salesforce({**BOSS, "title": "Chief"})
    sides.later(1).verdict("responsys", code="MERGEFAILED")
    assert sides.states()["title"].responsys.refused == "MERGEFAILED"
    assert sides.history()[-1] == ("responsys", "refused", "Chief")

    found = sides.later(1).salesforce({**BOSS, "title": "Chief", "first_name": "Augusta"})

    assert ("people", {"title": "Chief"}) in variables(found)


def test_if_both_changed_a_person_is_asked(sides):
    sides.salesforce({**BOSS, "title": "Chief"})

    assert sides.later(1).responsys({"title": "Head", "phone": "0123456789"}) == []
    assert sides.states()["title"].held == "asked"


def test_if_both_changed_the_owner_wins(sides):
    sides.salesforce({**BOSS, "phone": "+33111111111"})

    found = sides.later(1).responsys({"title": "Boss", "phone": "0222222222"})

    assert sorted(variables(found)) == [
        ("members", {"phone": "+33222222222"}),
        ("people", {"phone": "+33222222222"}),
    ]
