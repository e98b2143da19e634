"""Which audiences a producer may name."""

import pytest

from pipeline.produce.audiences import Audiences, UnknownAudience
from pipeline.stores.broker import connect


class Time:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def audiences(redis, time):
    redis.sadd("audiences", "lapsed-buyers", "new-buyers")
    return Audiences(redis, time)


def test_an_audience_without_destination_is_refused(audiences):
    audiences.require("lapsed-buyers")

    with pytest.raises(UnknownAudience) as caught:
        audiences.require("laped-buyers")
    assert str(caught.value) == (
        'there is no audience "laped-buyers"; 2 others have a destination: '
        "add one for it with `activation apply`"
    )


@pytest.mark.parametrize(
    ("known", "others"), [(0, "0 others have"), (1, "1 other has"), (2, "2 others have")]
)
def test_a_refusal_counts_the_audiences_that_there_are(known, others):
    assert f"; {others} a destination: " in str(UnknownAudience("lapsed", known))


def test_a_new_audience_is_known_within_a_second(audiences, redis, time):
    audiences.require("lapsed-buyers")
    redis.sadd("audiences", "welcome")
    time.now += 1

    audiences.require("welcome")


def test_unknown_audiences_do_not_ask_the_server_each_time(audiences, redis):
    """A file with a wrong audience would otherwise take a question for every row."""
    audiences.require("lapsed-buyers")
    redis.sadd("audiences", "welcome")

    with pytest.raises(UnknownAudience):
        audiences.require("welcome")


def test_a_removed_audience_is_forgotten_after_five_seconds(audiences, redis, time):
    audiences.require("lapsed-buyers")
    redis.srem("audiences", "lapsed-buyers")
    time.now += 4.9
    audiences.require("lapsed-buyers")
    time.now += 0.1

    with pytest.raises(UnknownAudience):
        audiences.require("lapsed-buyers")


def test_while_the_server_is_away_any_audience_passes(time):
    """The append will fail and name its ids; refusing would look as if the audience were wrong."""
    with connect("redis://127.0.0.1:1") as nobody:
        Audiences(nobody, time).require("lapsed-buyers")
