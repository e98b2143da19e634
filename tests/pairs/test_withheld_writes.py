"""Writes that wait with the changes of a source, and what both sides hold when a person agrees."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from pipeline.errors import Misconfigured
from pipeline.pairs.open_pair import OpenPair
from pipeline.pairs.taking import SideTaking
from pipeline.stores.stream_tables import outgoing
from pipeline.streams.stream_turn import stream_turn
from pipeline.streams.withheld_changes import decide_anew
from tests.pairs.environment import PAIR, SETTLE, TwoSides

BOSS = {"title": "Boss", "phone": "+33123456789", "first_name": "Ada"}
THERE = {"title": "Boss", "phone": "0123456789"}
DAY = 24 * 60 * 60 * 1000  # ms


class WaitingSides(TwoSides):
    """Changes of contacts wait from ``wait`` on."""

    waits = False

    def wait(self):
        with stream_turn(self.events, "contacts") as turn:
            turn.write(changing=30)
        self.waits = True
        return self

    def taken(self, connection):
        return [] if self.waits else super().taken(connection)

    def confirm(self):
        """Return the variables that go out with the run of contacts that a person confirms."""
        with stream_turn(self.events, "contacts") as turn:
            decide_anew(turn, self.pairing("contacts"))
        with self.events.begin() as connection:
            assert set(connection.scalars(select(outgoing.c.source))) <= {"contacts"}
            return [one.variables for one in super().taken(connection)]


@pytest.fixture
def sides(events):
    """Ada on both sides, with equal values, before many contacts change."""
    two = WaitingSides(events)
    two.salesforce(BOSS)
    two.later(1_000).responsys(THERE)
    return two.later(60_000).wait()


def test_an_edit_that_waited_goes_out_when_a_person_agrees(sides):
    sides.salesforce({**BOSS, "title": "Chief", "first_name": "Augusta"})

    assert sides.later(2 * SETTLE).confirm() == [{"first_name": "Augusta"}, {"title": "Chief"}]


def test_a_later_edit_of_the_other_side_is_not_overwritten_if_that_owns_the_variable(sides):
    sides.salesforce({**BOSS, "phone": "+33111111111"})

    [back] = sides.later(60_000).responsys({**THERE, "phone": "0222222222"})

    assert (back.audience, back.variables) == ("members", {"phone": "+33222222222"})
    assert sides.confirm() == [{"phone": "+33222222222"}]  # Responsys holds it


def test_a_later_edit_of_the_other_side_is_asked_about_and_stays(sides):
    sides.salesforce({**BOSS, "title": "Chief", "first_name": "Augusta"})
    assert sides.later(60_000).responsys({**THERE, "title": "Dean"}) == []

    assert sides.confirm() == [{"first_name": "Augusta"}]
    state = sides.states()["title"]
    assert (state.held, state.salesforce.here, state.responsys.here) == ("asked", "Chief", "Dean")
    assert state.responsys.open == ()
    assert sides.history()[-1] == ("responsys", "withdrawn", "Chief")


def test_of_two_edits_that_waited_the_later_one_goes_out(sides):
    sides.salesforce({**BOSS, "title": "Chief"})
    sides.later(60_000).salesforce({**BOSS, "title": "Dean"})

    assert sides.confirm() == [{"title": "Dean"}]
    sides.verdict("responsys")
    assert sides.states()["title"].responsys.open == ()


def test_nobody_but_a_person_lets_a_write_out_that_waits_for_a_day(sides):
    sides.salesforce({**BOSS, "title": "Chief"})

    assert sides.later(DAY + SETTLE).responsys(THERE) == []

    assert sides.confirm() == [{"title": "Chief"}]


def test_sides_that_people_have_made_equal_are_left_alone(sides):
    sides.salesforce({**BOSS, "title": "Chief"})
    sides.later(60_000).responsys({**THERE, "title": "Dean"})
    sides.later(60_000).salesforce({**BOSS, "title": "Dean"})

    assert sides.confirm() == []


def test_what_no_pair_shares_goes_out_as_it_waited(events):
    two = WaitingSides(events).wait()
    two.salesforce(BOSS)

    assert two.confirm() == [BOSS]


@pytest.mark.parametrize("sources", [("contacts", "leads"), ("leads", "contacts")])
def test_a_side_is_not_taken_while_changes_of_it_wait(sides, sources):
    sides.salesforce({**BOSS, "title": "Chief"})
    pair = OpenPair(replace(PAIR, salesforce=sources), sides.catalog)
    taking = SideTaking(sides.events, pair, "title", "salesforce")

    with pytest.raises(Misconfigured, match='changes of source "contacts" wait'):
        taking.run(None)
