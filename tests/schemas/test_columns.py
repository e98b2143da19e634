"""schemas.columns."""

import pytest

from schemas.columns import column_problem


@pytest.mark.parametrize(
    "name", ["TIER", "tier_2", "a1", "B", "cost$", "no#", "X" * 30, "DATES", "order_date"]
)
def test_a_column_can_be_named(name):
    assert column_problem(name) is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("X" * 31, "it is longer than 30 characters"),
        ("1st", "it must begin with a letter and go on with letters, digits and _"),
        ("_tier", "it must begin with a letter and go on with letters, digits and _"),
        ("first name", "it must begin with a letter and go on with letters, digits and _"),
        ("größe", "it must begin with a letter and go on with letters, digits and _"),
        ("EMAIL_ADDRESS_", "names that end in _ are Responsys' own"),
        ("tier_", "names that end in _ are Responsys' own"),
        ("date", "the word is reserved"),
        ("Order", "the word is reserved"),
        ("t", "the word is reserved"),
    ],
)
def test_a_column_cannot_be_named(name, problem):
    assert column_problem(name) == problem
