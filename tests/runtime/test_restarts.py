from pipeline.runtime.restarts import Restarts


def waits(restarts, *lasted):
    """Let a process run for so many seconds each time; return the waits before its next starts."""
    now, found = 0.0, []
    for seconds in lasted:
        restarts.started(now)
        now += seconds
        found.append(restarts.failed(now))
        now += found[-1] or 0
    return found


def test_a_process_is_started_again_after_longer_and_longer_waits():
    assert waits(Restarts(), *[20] * 8) == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_process_that_fails_five_times_within_a_minute_is_given_up():
    assert waits(Restarts(), 0, 0, 0, 0, 0) == [1, 2, 4, 8, None]
    assert waits(Restarts(), 3, 3, 3, 3, 3) == [1, 2, 4, 8, None]


def test_after_a_minute_of_work_the_waits_begin_anew():
    assert waits(Restarts(), 20, 20, 20, 60, 20) == [1, 2, 4, 1, 2]
