"""pipeline.deliver.threads."""

from contextlib import ExitStack

import pytest

from pipeline.deliver.threads import ThreadShare


def reserved(share, *connectors):
    """Let so many calls be under way at once; tell which got a thread."""
    with ExitStack() as stack:
        return [stack.enter_context(share.reserve(connector)) for connector in connectors]


def test_one_connector_gets_all_threads_but_one():
    share = ThreadShare()
    share.threads = 4

    assert reserved(share, *["slow"] * 4, "other") == [True, True, True, False, True]
    assert reserved(share, *["slow"] * 4) == [True, True, True, False]


@pytest.mark.parametrize("threads", [0, 1, 2, 3])
def test_a_worker_with_few_threads_keeps_none_free(threads):
    share = ThreadShare()
    share.threads = threads

    assert reserved(share, "slow", "slow", "slow") == [True, True, True]
