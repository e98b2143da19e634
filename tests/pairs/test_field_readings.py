"""Each rule of pairs, by examples."""

from dataclasses import replace

import pytest

from pipeline.pairs.field_readings import look_once_more, take_reading
from pipeline.pairs.field_state import (
    DAY,
    SKIPPED,
    FieldState,
    PairTerms,
    SideReading,
    SideState,
    SideWrite,
)
from pipeline.pairs.field_writes import take_verdict

TERMS = PairTerms(owner="ask", settle=100)
AT_REST = FieldState(SideState("a", "a", "a", stamp=10), SideState("a", "a", "a", stamp=10))


def reading(value, at=1_000, stamp=None, number=1):
    return SideReading(value, at if stamp is None else stamp, at, number)


def edited(value="b", at=1_000, terms=TERMS):
    return take_reading(AT_REST, "salesforce", reading(value, at), terms)


def arrived(state, at=1_010, number=1):
    return take_verdict(state, "responsys", number, "", at, TERMS).state


def test_an_older_reading_is_dropped():
    found = take_reading(AT_REST, "salesforce", reading("b", stamp=9), TERMS)

    assert (found.word, found.state, found.writes) == ("old", AT_REST, ())


def test_an_edit_goes_to_the_other_side():
    found = edited()

    assert (found.word, found.writes) == ("edit", (SideWrite("responsys", "b", 1),))
    assert found.state.responsys.here == "b"


def test_an_edit_to_the_value_of_the_other_side_is_not_written():
    apart = replace(AT_REST, held="first", responsys=replace(AT_REST.responsys, here="b", seen="b"))

    found = take_reading(apart, "salesforce", reading("b"), TERMS)

    assert (found.word, found.writes, found.state.held) == ("edit", (), "")


def test_a_value_that_is_not_visible_yet_waits():
    found = take_reading(edited().state, "responsys", reading("a", at=1_050), TERMS)

    assert (found.word, found.writes) == ("waiting", ())


def test_a_write_that_is_read_again_changes_nothing_and_is_forgotten():
    state = take_reading(arrived(edited().state), "responsys", reading("b", at=1_050), TERMS).state
    assert state.responsys.sent == ("b",)

    state = take_reading(state, "responsys", reading("b", at=1_200), TERMS).state
    assert state.responsys.is_quiet


def test_a_side_that_puts_back_what_was_replaced_has_edited_it():
    state = take_reading(arrived(edited().state), "responsys", reading("a", at=1_050), TERMS).state

    found = look_once_more(state, "responsys", reading(None, at=1_200, number=2), TERMS)

    assert (found.word, found.writes) == ("edit", (SideWrite("salesforce", "a", 2),))


def test_a_repeated_call_over_an_edit_is_repaired():
    state = take_reading(arrived(edited().state), "responsys", reading("mine", at=1_050, number=2), TERMS)
    assert state.writes == (SideWrite("salesforce", "mine", 2),)

    late = take_reading(state.state, "responsys", reading("b", at=1_060), TERMS)
    found = look_once_more(late.state, "responsys", reading(None, at=1_500, number=3), TERMS)

    assert (late.word, found.word) == ("waiting", "repair")
    assert found.writes == (SideWrite("responsys", "mine", 3),)


@pytest.mark.parametrize(
    ("owner", "writes"),
    [
        ("salesforce", (SideWrite("responsys", "b", 2),)),
        ("responsys", (SideWrite("salesforce", "mine", 2), SideWrite("responsys", "mine", 2))),
        ("ask", ()),
    ],
)
def test_if_both_changed_the_owner_wins(owner, writes):
    terms = replace(TERMS, owner=owner)

    found = take_reading(edited(terms=terms).state, "responsys", reading("mine", at=1_005, number=2), terms)

    assert found.writes == writes
    assert found.state.held == ("asked" if owner == "ask" else "")


def test_a_refusal_is_put_back_and_tried_again_when_a_record_changes():
    state = take_verdict(edited().state, "responsys", 1, "MERGEFAILED", 1_010, TERMS).state
    assert (state.responsys.here, state.responsys.refused) == ("a", "MERGEFAILED")

    unchanged = replace(reading("b", at=1_020), changed=False)
    assert take_reading(state, "salesforce", unchanged, TERMS).writes == ()
    found = take_reading(state, "salesforce", reading("b", at=1_030, number=2), TERMS)
    assert (found.word, found.writes) == ("again", (SideWrite("responsys", "b", 2),))


def test_a_verdict_closes_all_writes_up_to_its_own():
    """A later activation was laid over the earlier one in its lane, and has its value."""
    state = take_reading(edited().state, "salesforce", reading("c", at=1_001, number=2), TERMS).state

    assert [one.number for one in state.responsys.open] == [1, 2]
    assert [one.number for one in arrived(state, number=1).responsys.open] == [2]
    assert arrived(state, number=2).responsys.open == ()


def test_a_value_that_the_other_side_stores_shorter_is_equal():
    terms = replace(TERMS, stored=lambda name, value: value[:3] if name == "responsys" else value)
    state = arrived(edited("abcdef", terms=terms).state)

    assert take_reading(state, "responsys", reading("abc", at=1_050), terms).word == "same"
    assert terms.are_equal("abcdef", "abc")


def test_an_emptied_side_is_not_passed_on_where_nulls_are_skipped():
    terms = replace(TERMS, stored=lambda _, value: SKIPPED if value is None else value)

    found = take_reading(AT_REST, "salesforce", reading(None), terms)

    assert (found.writes, found.state.responsys.here) == ((), "a")


def test_a_write_without_a_verdict_is_forgotten_after_a_day():
    state = take_reading(edited().state, "responsys", reading("b", at=1_050), TERMS).state

    state = take_reading(state, "responsys", reading("b", at=1_050 + 2 * DAY), TERMS).state

    assert state.responsys.is_quiet
