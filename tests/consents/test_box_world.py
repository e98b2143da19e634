"""Boxes of one address in a world of edits, readings and writes in any order: nothing is lost or made up."""

import os
import shutil
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.consents.statement import OUT
from pipeline.stores.database import open_database
from tests.consents.box_world import ACTS, World, carry_out

EXAMPLES = int(os.environ.get("BOX_EXAMPLES", "40"))  # more by hand


@pytest.fixture(scope="module")
def worlds(sqlite_events_template, tmp_path_factory):
    """Return a world of an address of its own."""
    path = tmp_path_factory.mktemp("boxes") / "events.db"
    shutil.copy(sqlite_events_template, path)
    engine = open_database(f"sqlite:///{path}")
    numbers = count(1)
    yield lambda: World(engine, next(numbers))
    engine.dispose()


def judge(world):
    """Look at the promises once all is at rest."""
    is_out = world.status == OUT
    differing = [box.name for box in world.boxes if box.is_ticked != is_out]
    assert not differing or world.open_conflicts(), "a box was stored without a statement or a question"
    assert world.said_by_boxes() <= world.ticks, "our own write became a statement"
    assert world.asked() <= world.clears, "our own write became a question"


@settings(
    max_examples=EXAMPLES,
    derandomize="BOX_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
@given(acts=st.lists(st.sampled_from(ACTS), max_size=16))
def test_each_edit_becomes_a_statement_or_a_question_and_our_own_writes_none(worlds, acts):
    world = worlds()
    for act in acts:
        carry_out(world, act)
    world.rest()

    judge(world)


def out_and_told(world):
    """Opt out by an event, and let both boxes be ticked and read."""
    carry_all(world, ("opt_out", None), ("write", 4), ("take_notes", None), ("wait", 60_000), *READ)


def carry_all(world, *acts):
    for act in acts:
        carry_out(world, act)


READ = (("read", 0), ("read", 1))


def test_an_event_that_answers_a_question_has_the_box_ticked_again(worlds):
    world = worlds()
    out_and_told(world)
    carry_all(world, ("toggle", 0), ("wait", 4_000), *READ)
    assert world.open_conflicts()
    carry_all(world, ("opt_out", None), ("write", 4))

    assert not world.open_conflicts()
    assert world.boxes[0].is_ticked


def test_an_event_from_before_the_box_was_cleared_answers_nothing(worlds):
    world = worlds()
    out_and_told(world)
    carry_all(world, ("wait", 60_000), ("toggle", 0), ("wait", 4_000), *READ)
    world.opt_out(before=30_000)

    assert world.open_conflicts()
    carry_all(world, ("write", 4), *READ)
    assert not world.boxes[0].is_ticked


def test_one_of_two_cleared_boxes_that_is_ticked_again_ticks_the_other(worlds):
    world = worlds()
    out_and_told(world)
    carry_all(world, ("toggle", 0), ("toggle", 1), ("wait", 4_000), *READ)
    carry_all(world, ("toggle", 0), ("wait", 4_000), *READ, ("write", 4))

    assert not world.open_conflicts()
    assert [box.is_ticked for box in world.boxes] == [True, True]


def test_a_tick_that_is_read_before_the_answer_to_our_clearing_counts_after_it(worlds):
    """The write that clears the box has landed, a human has ticked it again, and then its answer is noted."""
    world = worlds()
    out_and_told(world)
    carry_all(world, ("say", "in"), ("write", 3), ("wait", 4_000), ("toggle", 0), ("wait", 4_000), *READ)
    assert world.status == "in"
    carry_all(world, ("advance", None), ("take_notes", None), *READ)

    assert world.status == OUT


def test_a_box_that_is_cleared_before_the_answer_to_our_tick_is_asked_about_after_it(worlds):
    world = worlds()
    carry_all(world, ("opt_out", None), ("write", 3), ("wait", 4_000), ("toggle", 0), ("wait", 4_000), *READ)
    assert not world.open_conflicts()
    carry_all(world, ("advance", None), ("take_notes", None), *READ)

    assert world.open_conflicts()


def test_our_own_tick_is_no_statement_though_the_wish_was_told_once_more_before_it_is_read(worlds):
    world = worlds()
    carry_all(world, ("say", OUT), ("write", 4), ("take_notes", None), ("wait", 60_000))
    carry_all(world, ("say", OUT), ("write", 4), ("take_notes", None), *READ)

    assert [box.is_ticked for box in world.boxes] == [True, True]
    assert world.said_by_boxes() == 0


def test_of_three_wishes_within_a_second_the_last_one_is_told_last(worlds):
    world = worlds()
    carry_all(world, ("opt_out", None), ("wait", 300), ("say", "in"), ("wait", 300), ("opt_out", None))
    world.rest()

    assert world.status == OUT
    assert [box.is_ticked for box in world.boxes] == [True, True]


def test_a_wish_of_a_page_that_is_appended_after_a_later_one_of_a_command_is_overtaken(worlds):
    """The run that has read it was killed before it appended."""
    world = worlds()
    carry_all(world, ("opt_out", None), ("wait", 300), ("say", "in"), ("append_commands", None), ("write", 4))
    carry_all(world, ("write", 4), ("take_notes", None))
    assert (world.status, [box.is_ticked for box in world.boxes]) == ("in", [True, True])

    world.rest()
    assert [box.is_ticked for box in world.boxes] == [False, False]
    judge(world)
