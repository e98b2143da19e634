"""pipeline.deliver.threads."""

from contextlib import ExitStack

import pytest

from pipeline.deliver.threads import ThreadShare


def taken(seats, *connectors):
    """Let so many calls be under way at once; tell which got a seat."""
    with ExitStack() as stack:
        return [stack.enter_context(seats.take(connector)) for connector in connectors]


def test_one_connector_gets_all_threads_but_one():
    seats = ThreadShare()
    seats.threads = 4

    assert taken(seats, *["slow"] * 4, "other") == [True, True, True, False, True]
    assert taken(seats, *["slow"] * 4) == [True, True, True, False]


@pytest.mark.parametrize("threads", [0, 1, 2, 3])
def test_with_few_threads_they_are_anybodys(threads):
    seats = ThreadShare()
    seats.threads = threads

    assert taken(seats, "slow", "slow", "slow") == [True, True, True]
