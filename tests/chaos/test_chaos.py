"""That the judge sees what is wrong, and a storm of some seconds; ``make chaos`` is the real thing."""

import pytest

from tests.chaos import plan
from tests.chaos.account import lost, out_of_order
from tests.chaos.calls import Call
from tests.chaos.causes import repetitions
from tests.chaos.plan import Plan, Storm
from tests.chaos.producing import marks_of
from tests.chaos.recovery import Recovery, recoveries
from tests.chaos.report import repeated_words
from tests.chaos.run import run
from tests.chaos.storms import Blow

ANN, BOB = ("ann", 0), ("bob", 0)


def test_the_seed_decides_what_is_sent_and_which_storms_come():
    drawn = plan.whole(7, None, 120)

    assert drawn == plan.whole(7, None, 120)
    assert drawn.storms != plan.whole(8, None, 120).storms
    assert marks_of(1000, 7, "lapsed") == marks_of(1000, 7, "lapsed")


@pytest.mark.parametrize("seed", range(20))
def test_every_kind_of_storm_comes_in_two_minutes(seed):
    kinds = {storm.kind for storm in plan.whole(seed, None, 120).storms}

    assert kinds == {"SIGKILL", "SIGTERM", "Redis killed", "SQL locked", "SQL away", "half-open"}


def test_a_profiles_activations_are_numbered_as_they_come():
    numbers = {}
    for profile, number in marks_of(6000, 1, "lapsed"):
        assert number == numbers.get(profile, -1) + 1
        numbers[profile] = number


def test_what_neither_arrived_nor_became_a_dead_letter_is_lost():
    assert lost([ANN, BOB, ("eve", 0)], {ANN}, {BOB}) == [("eve", 0)]


def test_an_older_activation_behind_a_newer_one_is_seen():
    calls = [Call(1.0, (("ann", 1), ("bob", 0)), None), Call(2.0, (("ann", 0), ("bob", 0)), None)]

    assert out_of_order(calls) == ["ann"]


def test_recovery_lasts_until_the_next_call_of_whoever_had_work():
    blows = [
        Blow("SIGKILL", 1.0, 1.0, ("a", "b")),
        Blow("SIGKILL", 5.0, 5.0, ()),
        Blow("SIGTERM", 6.0, 6.0, ()),
    ]

    found = recoveries(blows, {"a": [0.5, 3.0, 9.0], "b": [2.0]})

    assert found == {"SIGKILL": Recovery(2, 2, 1.5, 2.0), "SIGTERM": Recovery(1, 0, 0, 0)}


def test_a_short_storm_costs_nothing():
    storms = (Storm("SIGTERM", at=0.5), Storm("SQL locked", at=1, lasts=1))

    outcome = run(Plan("smoke", 1, 1000, 2.5, storms, crew=("both", "both"), proxied=0, trouble=False), print)

    assert outcome.broken == []
    assert [(each.sent, each.delivered + each.overtaken) for each in outcome.destinations] == [(500, 500)] * 3
    assert outcome.recoveries.keys() == {"SIGTERM", "SQL locked"}


def test_what_is_posted_while_web_processes_die_is_in_once():
    """Two bodies of two chunks each for either audience; every one is in flight when a process is killed."""
    storms = tuple(Storm("web killed", at=at, choice=at % 1) for at in (0.1, 0.6, 1.1))
    drawn = Plan("smoke", 1, 2_800, 2.0, storms, crew=("both",), proxied=0, webs=2, trouble=False)

    outcome = run(drawn, print)

    assert outcome.broken == []
    assert [(each.sent, each.delivered + each.overtaken) for each in outcome.destinations] == [
        (1_400, 1_400)
    ] * 3
    assert outcome.recoveries.keys() == {"web killed"}


def test_of_a_repetition_without_a_reason_calls_and_storms_are_told():
    calls = [Call(10.0, (ANN, BOB), None), Call(12.5, (ANN, BOB), None)]
    blows = [
        Blow("SIGKILL", 1.0, 4.0, ()),
        Blow("Redis killed", 9.5, 11.0, ()),
        Blow("SIGTERM", 13.0, 14.0, ()),
    ]

    [words] = repeated_words("lapsed", repetitions(calls, []), blows)

    assert words == (
        "lapsed: 2 rows at 00:00:10.000 and again at 00:00:12.500; "
        "storms then: Redis killed 00:00:09.500 to 00:00:11.000"
    )
