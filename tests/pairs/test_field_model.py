"""Pairs hold in a model of one field, by the real functions; each rule is needed.

Of 2,000 runs each, by the same model: no run above the bound at 0, 30 and 60 % lost answers.
"""

import pytest

from tests.pairs.model import SETTLE, World, runs, without

RUNS = 40
LOST = (0.0, 0.3, 0.6)  # of the answers


def exceeding(worlds: list[World]) -> int:
    """Count the runs with more writes than edits, conflicts and repairs."""
    return sum(world.writes > world.bound for world in worlds)


def undone(worlds: list[World], name: str) -> int:
    """Count the runs whose last edit is not what the side holds."""
    return sum(world.systems[name].value != world.edited[-1][1] for world in worlds)


@pytest.mark.parametrize("lost", LOST)
def test_both_sides_become_equal_with_few_writes(lost):
    worlds = list(runs(RUNS, answers_lost=lost))

    assert exceeding(worlds) == 0
    assert all(len(world.values) == 1 for world in worlds)
    assert not any(world.state.held for world in worlds)


@pytest.mark.parametrize("name", ["salesforce", "responsys"])
@pytest.mark.parametrize("lost", LOST)
def test_edits_of_one_side_are_never_undone(name, lost):
    worlds = list(runs(RUNS, answers_lost=lost, sides=(name,)))

    assert all(world.writes <= len(world.edited) for world in worlds)
    assert undone(worlds, name) == 0
    assert all(len(world.values) == 1 for world in worlds)


@pytest.mark.parametrize("rules", [(1,), (3,), (1, 3)])
def test_without_a_rule_there_are_more_writes(rules):
    assert exceeding(list(runs(RUNS, answers_lost=0.3, terms=without(*rules), sides=("salesforce",)))) > 0


def test_without_rule_3_an_edit_of_one_side_is_undone():
    worlds = list(runs(RUNS, answers_lost=0.3, terms=without(3), sides=("responsys",)))

    assert undone(worlds, "responsys") > 0


def test_refused_writes_undo_nothing_and_stay_listed():
    worlds = list(runs(RUNS, answers_lost=0.3, refuses=0.2, sides=("salesforce",)))

    assert undone(worlds, "salesforce") == 0
    apart = [world for world in worlds if len(world.values) > 1]
    assert apart
    assert all(world.state.responsys.refused for world in apart)


def test_automation_on_one_side_costs_a_second_write():
    worlds = list(runs(RUNS, sides=("salesforce",), automation={"responsys": str.upper}))

    assert all(world.writes <= world.bound + len(world.edited) for world in worlds)
    assert all(len(world.values) == 1 for world in worlds)
    assert not any(world.state.held for world in worlds)


def test_automation_on_both_sides_freezes_the_field():
    against = {"responsys": str.upper, "salesforce": str.lower}
    worlds = list(runs(RUNS // 3, edits=1, automation=against, tail=9 * SETTLE))

    assert all(world.state.held == "frozen" for world in worlds)
    assert max(world.writes for world in worlds) <= 8
