"""pipeline.lanes.backlog, on a Redis whose clock moves when told."""

import pytest

from pipeline.lanes.backlog import Backlog, read_backlogs
from pipeline.lanes.lanes import Lanes
from tests.builders import add, configure, cut


@pytest.fixture
def redis(fake_redis):
    configure(fake_redis)
    fake_redis.sadd("destinations", "lapsed")
    return fake_redis


@pytest.fixture
def lanes(redis):
    return Lanes(redis)


def test_where_nothing_waits_all_is_zero(redis):
    assert read_backlogs(redis, ["new"]) == {"lapsed": Backlog(), "new": Backlog()}


def test_rows_wait_until_the_oldest_is_old_enough(redis, clock):
    add(redis, "a", "b")
    clock.advance(250)
    add(redis, "c", lane="lapsed/all+bulk")

    assert read_backlogs(redis) == {"lapsed": Backlog(waiting=3, lanes=2, oldest=250, due=350)}


def test_a_profiles_later_rows_wait_behind_its_first(redis):
    add(redis, "a", "a", "a")

    assert read_backlogs(redis) == {"lapsed": Backlog(waiting=3, lanes=1, oldest=0, due=600)}


def test_rows_in_flight_wait_too_and_tell_the_age(redis, lanes, clock):
    add(redis, "a", "b")
    clock.advance(600)
    lanes.begin(cut(lanes))
    add(redis, "a", "c")

    assert read_backlogs(redis) == {
        "lapsed": Backlog(waiting=4, in_flight=2, lanes=1, flying=1, oldest=600, due=600)
    }


def test_a_batch_that_is_to_be_tried_again_is_not_in_flight(redis, lanes, clock):
    add(redis, "a", "b")
    lanes.flush("lapsed")
    lanes.retry(cut(lanes), delay=30, spend=True, refund=False)
    clock.advance(10)

    assert read_backlogs(redis) == {"lapsed": Backlog(waiting=2, again=1, oldest=10, due=20)}


def test_what_is_late_has_been_due_for_a_while(redis, clock):
    add(redis, "a")
    clock.advance(700)

    assert read_backlogs(redis)["lapsed"].due == -100


def test_what_is_stopped_is_never_due(redis):
    add(redis, "a")
    configure(redis, stopped="paused")

    assert read_backlogs(redis) == {"lapsed": Backlog(waiting=1, lanes=1, oldest=0, due=None)}


@pytest.mark.parametrize(("seconds", "unanswered"), [(9, 0), (11, 1)])
def test_a_batch_that_no_worker_takes_up_is_unanswered(redis, lanes, clock, seconds, unanswered):
    add(redis, "a")
    lanes.flush("lapsed")
    cut(lanes)
    clock.advance(seconds)

    assert read_backlogs(redis)["lapsed"].unanswered == unanswered


def test_a_batch_that_was_begun_has_been_answered(redis, lanes, clock):
    add(redis, "a")
    lanes.flush("lapsed")
    lanes.begin(cut(lanes))
    clock.advance(99)

    assert read_backlogs(redis)["lapsed"].unanswered == 0


def test_each_destination_has_its_own(redis, lanes):
    configure(redis, "left")
    add(redis, "a", "b")
    add(redis, "a", lane="left/all")
    lanes.flush("left")
    cut(lanes)

    assert read_backlogs(redis, ["left"]) == {
        "lapsed": Backlog(waiting=2, lanes=1, oldest=0, due=600),
        "left": Backlog(waiting=1, in_flight=1, flying=1, oldest=0),
    }


def test_a_lane_is_due_in_whatever_call_its_rows_go_first(redis):
    add(redis, "a", lane="lapsed/left@deleteProfileExtensionMembers#1")

    assert read_backlogs(redis)["lapsed"].due == 0
