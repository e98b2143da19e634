"""Columns that a page of rows leaves to the defaults of its table."""

from pipeline.stores.filled_columns import filled_columns

NAMES = ("id", "name", "conflict", "rank", "gone")


def test_columns_that_no_row_fills_are_left_out():
    rows = [(1, None, None, 0, False), (2, None, None, 3, False)]

    assert filled_columns(NAMES, rows) == (["id", "name", "rank"], [(1, None, 0), (2, None, 3)])


def test_a_column_that_one_row_fills_stays_for_all():
    rows = [(1, "a", None, 0, False), (2, "b", 7, 3, True)]

    assert filled_columns(NAMES, rows) == (NAMES, rows)
