"""pipeline.stores.retrying."""

import pytest

from pipeline.stores.retrying import retrying


class Flaky:
    """Fails with each of ``errors`` in turn, then returns how often it was called."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return self.calls


def test_an_error_that_passes_is_followed_by_a_pause_and_another_try():
    slept, seen = [], []
    run = Flaky(OSError(1), OSError(2))

    tries = retrying(run, passing=(OSError,), pauses=(1, 2, 3), on_error=seen.append, sleep=slept.append)

    assert (tries, slept, [error.args for error in seen]) == (3, [1, 2], [(1,), (2,)])


def test_the_error_is_raised_when_there_is_no_pause_left():
    run = Flaky(*[OSError()] * 9)

    with pytest.raises(OSError):  # noqa: PT011 - the very one
        retrying(run, passing=(OSError,), pauses=(1, 2), sleep=lambda _: None)
    assert run.calls == 3


def test_an_error_that_does_not_pass_is_raised_at_once():
    run = Flaky(ValueError("5"))

    with pytest.raises(ValueError, match="5"):
        retrying(run, passing=lambda error: isinstance(error, OSError), pauses=(1, 2))
    assert run.calls == 1


def test_no_try_begins_after_the_time_is_over():
    run = Flaky(*[OSError()] * 9)

    with pytest.raises(OSError):  # noqa: PT011 - the very one
        retrying(run, passing=(OSError,), pauses=(1, 60), give_up_after=30, sleep=lambda _: None)
    assert run.calls == 2
