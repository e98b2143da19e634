"""pipeline.lanes.lanes on a real server."""

import json
from dataclasses import replace

import pytest

from pipeline.lanes.lanes import Lanes
from tests.builders import QUOTA, add, begin, configure, cut, profiles, texts_of


@pytest.fixture
def lanes(redis):
    configure(redis)
    return Lanes(redis)


def expire(redis, batch):
    """Let a lease run out: no test waits for a clock."""
    redis.zadd(f"flying:{batch.connector}", {batch.id: 1})


def age(redis, lane, seconds):
    """Make every row of a lane, and when it is due, older."""
    for key in (f"lane:{lane}", "ready:acme:triggerCustomEvent"):
        for member, score in redis.zrange(key, 0, -1, withscores=True):
            redis.zadd(key, {member: score - seconds * 1000})


def names(count, prefix="p"):
    return [f"{prefix}{n:04}" for n in range(count)]


def waiting(redis, destination="lapsed"):
    return redis.hlen(f"rows:{destination}") + redis.zcard(f"parked:{destination}")


def test_200_rows_are_a_batch_at_once(redis, lanes):
    add(redis, *names(401))

    first, second = profiles(lanes), profiles(lanes)

    assert (first, second) == (names(401)[:200], names(401)[200:400])
    assert lanes.claim(QUOTA) == pytest.approx(600, abs=5)


def test_fewer_rows_go_when_the_oldest_has_waited_its_time(redis, lanes):
    add(redis, "p1", "p2")
    age(redis, "lapsed/all", 600)

    assert profiles(lanes) == ["p1", "p2"]


def test_later_rows_do_not_push_the_deadline_back(redis, lanes):
    """Otherwise a slow trickle would never be sent."""
    add(redis, "p1")
    age(redis, "lapsed/all", 500)
    add(redis, "p2")

    assert lanes.claim(QUOTA) == pytest.approx(100, abs=5)


def test_the_age_counts_from_the_oldest_row_that_stays(redis, lanes):
    add(redis, *names(200))
    age(redis, "lapsed/all", 500)
    add(redis, "late")
    profiles(lanes)

    assert lanes.claim(QUOTA) == pytest.approx(600, abs=5)


def test_a_batch_holds_a_profile_once_and_its_rows_go_in_order(redis, lanes):
    configure(redis, max_rows=3)
    add(redis, "a", "b", "a", "c", "a")

    batch = cut(lanes)
    first = begin(lanes, batch)
    lanes.settle(batch)
    lanes.flush("lapsed")
    batch = cut(lanes)
    second = begin(lanes, batch)

    assert [(profile, json.loads(row)["n"]) for profile, row in first] == [("a", 0), ("b", 1), ("c", 3)]
    assert [(profile, json.loads(row)["n"]) for profile, row in second] == [("a", 2)]


def test_a_profile_in_flight_keeps_only_itself_waiting(redis, lanes):
    configure(redis, max_rows=1)
    add(redis, "a")
    flying = cut(lanes)
    add(redis, "a", "b")

    assert profiles(lanes) == ["b"]
    assert not isinstance(lanes.claim(QUOTA), tuple)
    lanes.settle(flying)
    assert profiles(lanes) == ["a"]


def test_the_next_batch_is_claimed_and_read_with_the_end_of_the_last(redis, lanes):
    configure(redis, max_rows=1)
    add(redis, "a", "a")
    batch = cut(lanes)

    settled, following = lanes.settle_and_claim(batch, [], QUOTA)

    assert settled
    numbers = [json.loads(row)["n"] for _, row in texts_of(following.contents[1])]
    assert (following.attempt, numbers) == (1, [1])
    assert lanes.settle_and_claim(batch, [], QUOTA) == (False, None)


def test_with_the_end_of_a_batch_comes_the_wait_for_the_next(redis, lanes):
    """What was given back is as old as before, so a full lane would be due; one that is not waits."""
    add(redis, *names(200))
    batch = cut(lanes)

    settled, following = lanes.settle_and_claim(batch, [0, 7], QUOTA)

    assert settled
    assert following == pytest.approx(600, abs=5)
    assert redis.zcard("lane:lapsed/all") == 2


def test_a_parked_row_keeps_its_arrival(redis, lanes):
    """Its wait began when it came, not when its turn came."""
    add(redis, "a", "a")
    lanes.flush("lapsed")
    redis.hset("destination:lapsed", "flush_until", 0)
    batch = cut(lanes)
    first = redis.zscore(f"batch:{batch.id}:rows", "a")
    lanes.settle(batch)

    assert redis.zrange("lane:lapsed/all", 0, -1, withscores=True) == [(b"a", first)]


def test_rows_that_an_older_version_parked_come_up(redis, lanes):
    configure(redis)
    add(redis, "a", "a", "b", "b")
    redis.delete("behind:lapsed")
    configure(redis)
    lanes.flush("lapsed")

    assert [profiles(lanes), profiles(lanes)] == [["a", "b"], ["a", "b"]]


def test_a_profile_that_begins_like_another_keeps_its_rows(redis, lanes):
    """Parked rows are found by prefix."""
    configure(redis, max_rows=2)
    add(redis, "p", "p1", "p1", "p")

    assert sorted(profiles(lanes)) == ["p", "p1"]
    assert sorted(profiles(lanes)) == ["p", "p1"]
    assert waiting(redis) == 0


def test_a_profile_may_be_named_in_any_script(redis, lanes):
    configure(redis, max_rows=1)
    add(redis, "Zoë/1|ü", "Zoë/1|ü")

    assert [profiles(lanes), profiles(lanes)] == [["Zoë/1|ü"], ["Zoë/1|ü"]]


def test_nothing_is_left_behind_when_all_is_settled(redis, lanes):
    add(redis, *names(200), *names(200))
    profiles(lanes)
    profiles(lanes)

    left = {key.decode() for key in redis.scan_iter()}
    assert left - {"limit:account:triggerCustomEvent", "calls:account:triggerCustomEvent"} == {
        "destination:lapsed",
        "catalog",
        "ways",
        "sequence",
        "counters",
    }


def test_only_the_attempt_in_force_may_act(redis, lanes):
    configure(redis, max_rows=1)
    add(redis, "a")
    batch = cut(lanes)
    expire(redis, batch)
    lanes.leases.lapsed("acme")

    assert begin(lanes, batch) == []
    assert lanes.settle(batch) is False
    assert lanes.retry(batch, delay=0, spend=True, refund=False) == -1
    assert lanes.split(batch) is False
    assert lanes.set_apart(batch, [0], "", apart_progress="", delay=0) is False
    assert lanes.return_rows(batch, [0], "") is False
    assert lanes.extend(batch) is False


def test_an_attempt_begins_once(redis, lanes):
    """A doorbell may ring twice."""
    configure(redis, max_rows=1)
    add(redis, "a")
    batch = cut(lanes)

    assert [len(begin(lanes, batch)), len(begin(lanes, batch))] == [1, 0]


def test_a_batch_that_nobody_began_waits_for_a_new_permit(redis, lanes):
    configure(redis, max_rows=1)
    add(redis, "a")
    batch = cut(lanes)
    expire(redis, batch)

    assert lanes.leases.lapsed("acme") == []
    again = cut(lanes)
    assert (again.id, again.attempt > batch.attempt) == (batch.id, True)


def test_a_batch_that_was_begun_is_handed_to_somebody_to_find_out(redis, lanes):
    configure(redis, max_rows=1)
    add(redis, "a")
    batch = cut(lanes)
    begin(lanes, batch)
    expire(redis, batch)

    assert lanes.leases.lapsed("acme") == [(batch.id, batch.attempt + 1)]
    assert lanes.batch(batch.id).state == "lapsed"
    assert lanes.leases.lapsed("acme") == []


def test_a_batch_waits_for_its_next_try_as_a_whole(redis, lanes):
    configure(redis, max_rows=1)
    add(redis, "a")
    batch = cut(lanes)
    begin(lanes, batch)

    assert lanes.retry(batch, delay=30, spend=True, refund=False) == 1
    assert lanes.claim(QUOTA) == pytest.approx(30, abs=5)
    redis.zadd("retry:acme:triggerCustomEvent", {batch.id: 1})
    again = cut(lanes)
    assert [again.id, again.attempt, again.tries] == [batch.id, batch.attempt + 2, 1]


def test_rows_given_back_go_to_the_front_of_their_lane(redis, lanes):
    configure(redis, max_rows=2)
    add(redis, "a", "b")
    batch = cut(lanes)
    begin(lanes, batch)
    add(redis, "c")
    lanes.settle(batch, returned=[1])

    assert profiles(lanes) == ["b", "c"]


def test_halves_of_a_batch_hold_all_its_rows(redis, lanes):
    configure(redis, max_rows=5)
    add(redis, *"abcde")
    batch = cut(lanes)
    begin(lanes, batch)
    lanes.split(batch)

    assert sorted([profiles(lanes), profiles(lanes)]) == [["a", "b"], ["c", "d", "e"]]
    assert lanes.batch(batch.id) is None
    assert waiting(redis) == 0


def test_rows_that_are_set_apart_wait_in_a_batch_of_their_own(redis, lanes):
    configure(redis, max_rows=4)
    add(redis, *"abcd")
    batch = cut(lanes)
    begin(lanes, batch)

    for _ in range(2):  # the answer may be lost
        assert lanes.set_apart(batch, [1, 3], "rest", apart_progress="apart", delay=30)
    stays, rows = lanes.read_batch(batch.id)
    assert (stays.rows, stays.progress, [line for line, _ in rows]) == (2, "rest", [b"a", b"c"])
    assert lanes.settle(stays)
    assert lanes.claim(QUOTA) == pytest.approx(30, abs=5)
    assert redis.zcard("flying:acme") == 0
    [(apart, _)] = redis.zrange("retry:acme:triggerCustomEvent", 0, -1, withscores=True)
    redis.zadd("retry:acme:triggerCustomEvent", {apart: 1})
    again = cut(lanes)
    assert (again.id, again.rows, again.progress) == (apart.decode(), 2, "apart")
    assert [line for line, _ in lanes.read_batch(again.id)[1]] == [b"b", b"d"]


def test_rows_that_are_set_apart_stay_before_the_later_ones_of_their_profiles(redis, lanes):
    configure(redis, max_rows=2)
    add(redis, *"ab")
    batch = cut(lanes)
    begin(lanes, batch)
    add(redis, *"ab")
    lanes.set_apart(batch, [1], "", apart_progress="apart", delay=0)
    lanes.settle(batch)
    lanes.flush("lapsed")

    assert [profiles(lanes), profiles(lanes)] == [["b"], ["a", "b"]]


def test_some_rows_of_a_batch_go_back_to_their_lane(redis, lanes):
    configure(redis, max_rows=3)
    add(redis, *"abc")
    batch = cut(lanes)
    begin(lanes, batch)

    assert lanes.return_rows(batch, [0, 1], "rest")
    assert (lanes.batch(batch.id).rows, lanes.batch(batch.id).progress) == (1, "rest")
    assert waiting(redis) == 3
    lanes.flush("lapsed")
    assert profiles(lanes) == ["a", "b"]


def test_no_more_than_the_cap_is_in_flight(redis, lanes):
    configure(redis, max_rows=1)
    add(redis, *"abcdef")
    quota = replace(QUOTA, max_in_flight=2)
    first = cut(lanes, quota)
    cut(lanes, quota)

    assert lanes.claim(quota) is None
    lanes.settle(first)
    assert isinstance(lanes.claim(quota), tuple)


@pytest.mark.parametrize("who", ["destination", "connector"])
def test_nothing_is_claimed_while_stopped(redis, lanes, who):
    add(redis, *names(200))
    if who == "destination":
        configure(redis, stopped="paused")
    else:
        redis.hset("connector:acme", "stopped", "paused")
    assert lanes.claim(QUOTA) is None

    configure(redis)
    redis.hset("connector:acme", "stopped", "")
    assert profiles(lanes) == names(200)


def test_rows_that_come_while_stopped_wait(redis, lanes):
    configure(redis, stopped="held")
    add(redis, *names(200))

    assert lanes.claim(QUOTA) is None
    assert waiting(redis) == 200


@pytest.mark.parametrize("state", ["claimed", "waiting"])
def test_stopping_calls_back_what_was_not_begun(redis, lanes, state):
    configure(redis, max_rows=1)
    add(redis, "a")
    batch = cut(lanes)
    if state == "waiting":
        lanes.retry(batch, delay=0, spend=True, refund=False)
    configure(redis, max_rows=1, stopped="paused")

    assert begin(lanes, batch) == []
    assert lanes.claim(QUOTA) is None
    configure(redis, max_rows=1)
    assert profiles(lanes) == ["a"]


def test_flush_sends_what_waits_and_not_what_comes_later(redis, lanes):
    add(redis, "a")

    assert lanes.flush("lapsed") == 1
    assert profiles(lanes) == ["a"]
    redis.hincrby("destination:lapsed", "flush_until", -5)  # later by the clock
    add(redis, "b")
    assert lanes.claim(QUOTA) == pytest.approx(600, abs=5)


def test_real_time_rows_go_before_a_backfill(redis, lanes):
    configure(redis, max_rows=2)
    add(redis, "a", "b", lane="lapsed/all+bulk")
    add(redis, "c", "d")

    assert [profiles(lanes), profiles(lanes)] == [["c", "d"], ["a", "b"]]


def test_the_lane_that_is_due_longest_goes_first(redis, lanes):
    configure(redis, "other", max_rows=1)
    configure(redis, max_rows=1)
    add(redis, "a", lane="other/all")
    age(redis, "other/all", 10)
    add(redis, "b")

    assert [profiles(lanes), profiles(lanes)] == [["a"], ["b"]]


def test_a_new_limit_of_rows_or_age_holds_for_rows_that_wait(redis, lanes):
    add(redis, "a", "b")
    configure(redis, max_rows=2)

    assert profiles(lanes) == ["a", "b"]


def test_rows_follow_their_destination_to_another_connector(redis, lanes):
    add(redis, *names(200))
    configure(redis, connector="other")

    assert lanes.claim(QUOTA) is None
    assert profiles(lanes, replace(QUOTA, connector="other")) == names(200)


def test_lanes_are_looked_at_only_when_something_of_their_destination_has_changed(redis, lanes):
    """Every worker publishes what it reads, and a destination may have ten thousand lanes."""
    for number in range(20):
        add(redis, f"p{number}", lane=f"lapsed/{number}")
    redis.config_resetstat()
    configure(redis)

    assert "cmdstat_zadd" not in redis.info("commandstats")
    configure(redis, max_age=100)
    assert redis.info("commandstats")["cmdstat_zadd"]["calls"] == 20
