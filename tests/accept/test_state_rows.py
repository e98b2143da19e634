"""pipeline.accept.state_rows: a profile's changes in one claim become one row."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.accept.state_rows import StateRow, activation_in, state_row
from pipeline.model.activation import Activation, encode

TEN = datetime(2026, 11, 21, 10, tzinfo=UTC)
NEWEST_US = round(TEN.timestamp() * 1_000_000)


def change(minute, **variables):
    return Activation("lapsed-buyers", "p-1", "UPDATE", {}, variables, TEN + timedelta(minutes=minute))


def written(activation):
    return f"members/all\0{encode(activation).decode()}"


def variables(row):
    return activation_in(row.encode()).variables


WAITING = written(change(0, tier="silver", points=5)).encode()
LATE, TIER, POINTS = change(-10, points=1), change(5, tier="gold"), change(7, points=7)


def made(changes, waiting=WAITING):
    return state_row("members", "p-1", changes, waiting, NEWEST_US, written)


def test_three_changes_of_which_one_is_late_become_one_row():
    row = made([LATE, TIER, POINTS])

    assert variables(row.own_row) == {"tier": "gold", "points": 7}
    assert variables(row.merged_row) == {"tier": "gold", "points": 7}
    assert row.absorbed == 2
    assert row.occurred_us == str(NEWEST_US + 7 * 60_000_000)


def test_the_waiting_row_gives_what_the_changes_lack():
    row = made([LATE, TIER])

    assert variables(row.own_row) == {"tier": "gold"}
    assert variables(row.merged_row) == {"tier": "gold", "points": 5}


def test_without_a_waiting_row_there_is_nothing_to_merge():
    row = made([TIER], waiting=b"")

    assert row == StateRow("members", "p-1", written(TIER), 0, "", "", str(NEWEST_US + 5 * 60_000_000))


@pytest.mark.parametrize("waiting", [WAITING, b""])
def test_changes_that_are_all_late_make_a_row_with_their_own_time(waiting):
    """So that accept.lua sees that it is late, and counts it as coalesced."""
    row = made([LATE, change(-9, tier="bronze")], waiting)

    assert variables(row.own_row) == {"tier": "bronze", "points": 1}
    assert row.occurred_us == str(NEWEST_US - 9 * 60_000_000)
