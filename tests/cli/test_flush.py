"""``activation flush``, on a real server and both databases."""

import re

from pipeline.lanes import limits
from pipeline.lanes.pace import read_paces
from tests.builders import QUOTA, cut
from tests.environment import ACME, LAPSED


def test_what_waits_is_due_now(environment, run):
    environment.wait("lapsed", "a", "b")

    result = run("flush", "lapsed-buyers")

    assert (result.exit_code, result.output) == (0, 'destination "lapsed": 2 rows due now\n')
    assert cut(environment.lanes).rows == 2


def test_other_audiences_go_on_waiting(environment, run):
    environment.wait("left", "a")

    assert run("flush", "lapsed-buyers").output == 'destination "lapsed": nothing waits\n'
    assert not isinstance(environment.lanes.claim(QUOTA), tuple)


def test_all_destinations_of_the_audience_are_reported(environment, run):
    environment.apply({"acme": ACME}, {"lapsed": LAPSED, "left": LAPSED})
    environment.wait("lapsed", "a")

    assert run("flush", "lapsed-buyers").output == (
        'destination "lapsed": 1 row due now\ndestination "left": nothing waits\n'
    )


def test_what_stands_in_the_way_is_reported(environment, run):
    environment.wait("lapsed", "a", "b")
    environment.hold("destination", "lapsed", "held", "CUSTOM_EVENT_NOT_FOUND", "no LAPSED")
    environment.hold("connector", "acme", "paused", "", "new prices")

    output = re.sub(r"since \S+ \S+ UTC \(.*?\)", "since <then>", run("flush", "lapsed-buyers").output)

    assert output.splitlines() == [
        'destination "lapsed": 2 rows cannot go yet, they will as soon as they may',
        '  destination "lapsed" is held since <then>: CUSTOM_EVENT_NOT_FOUND: no LAPSED',
        "  → put it right, then `activation resume lapsed`",
        '  connector "acme" is paused since <then>: new prices',
        "  → `activation resume acme`",
    ]


def test_a_limit_that_stands_in_the_way_is_reported(environment, run):
    environment.wait("lapsed", "a")
    [pace] = read_paces(environment.redis, environment.catalog)
    limits.exhausted(environment.redis, pace.account, "batch", window=11_430)

    assert run("flush", "lapsed-buyers").output.splitlines() == [
        'destination "lapsed": 1 row due now',
        'connector "acme": the account\'s capacity is exhausted, as Responsys says; '
        "one call will try after 3 h 10 min",
    ]


def test_what_was_flushed_while_paused_goes_at_once_afterwards(environment, run):
    environment.wait("lapsed", "a")
    environment.hold("destination", "lapsed", "paused")
    run("flush", "lapsed-buyers")
    run("resume", "lapsed")

    assert cut(environment.lanes).rows == 1


def test_an_unknown_audience_is_refused_with_those_there_are(environment, run):
    result = run("flush", "lapsed")

    assert (result.exit_code, result.stderr) == (
        2,
        'Error: no destination is set up for audience "lapsed"; '
        "there are audiences: lapsed-buyers, leavers\n",
    )


def test_without_workers_the_intake_is_not_waited_for(environment, run):
    environment.redis.delete("turn:intake")
    environment.redis.rpush("intake:0", "{}")

    result = run("flush", "lapsed-buyers")

    assert result.stdout.splitlines()[1:] == [
        "1 activation in the intake, of any audience, not accepted yet and not part of this."
    ]
    assert result.stderr == (
        "No worker has been seen, so nothing is sent: start some with `activation up`.\n"
    )
