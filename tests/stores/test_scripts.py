"""pipeline.stores.scripts: a command whose answer was lost is sent again and does no harm the second time."""

import pytest
import redis as redis_py

from pipeline.accept.intake import Intake
from pipeline.lanes.lanes import Lanes
from pipeline.stores.broker import connect
from pipeline.stores.redis_client import RedisClient
from tests.builders import QUOTA, add, begin, configure, cut, texts_of


class Forgetful(RedisClient):
    """Loses the answers to the next script, and to what is read after it, once it has run."""

    losing = False

    def exchange(self, commands):
        """Do it, and maybe not say so."""
        answers = super().exchange(commands)
        if self.losing and commands[0][0] == "EVALSHA":
            self.losing = False
            raise redis_py.ConnectionError("the answer was lost")
        return answers


class Restarting(RedisClient):
    """A client whose server forgets the first script that it is told."""

    restarts = 0

    def script_load(self, script):
        """Tell it, for nothing."""
        sha = super().script_load(script)
        if not self.restarts:
            self.restarts += 1
            self.script_flush()
        return sha


@pytest.fixture
def client(redis, server_url):
    """A client whose scripts the server knows already."""
    configure(redis, max_rows=2, max_age=0)
    with Forgetful(connection_pool=connect(server_url).connection_pool) as client:
        add(client, "warm")
        batch = cut(Lanes(client))
        Lanes(client).begin(batch)
        Lanes(client).settle(batch)
        yield client


@pytest.fixture
def lanes(client):
    return Lanes(client)


def test_a_claim_whose_answer_was_lost_takes_no_second_lot_of_rows(client, lanes):
    add(client, "a", "b", "c", "d")

    client.losing = True
    batch = cut(lanes)

    assert [profile for profile, _ in begin(lanes, batch)] == ["a", "b"]
    assert client.zcard("lane:lapsed/all") == 2


def test_a_claim_whose_answer_was_lost_is_read_all_the_same(client, server_url):
    add(client, "a", "b", "c")

    with Forgetful(connection_pool=connect(server_url).connection_pool) as reader:
        reader.losing = True
        batch, rows = Lanes(reader).claim(QUOTA, read=True).contents

    assert (batch.state, batch.attempt, batch.rows) == ("claimed", 1, 2)
    assert [profile for profile, _ in texts_of(rows)] == ["a", "b"]


def test_a_server_that_forgot_a_script_tells_all_the_same_what_was_read_after_it(redis, server_url):
    configure(redis, max_rows=2, max_age=0)
    add(redis, "a", "b")
    redis.script_flush()

    with connect(server_url) as client:
        claimed = Lanes(client).claim(QUOTA, read=True)

        assert [profile for profile, _ in texts_of(claimed.contents[1])] == ["a", "b"]
        assert client.get("nothing") is None


def test_a_call_that_may_begin_does_so_although_the_answer_was_lost(client, lanes):
    """Its rows would otherwise lie there as begun, and become dead letters that were never sent."""
    add(client, "a", "b")
    batch = cut(lanes)

    client.losing = True
    begun = begin(lanes, batch)

    assert [profile for profile, _ in begun] == ["a", "b"]
    assert begin(lanes, batch) == []


def test_a_claim_on_the_intake_whose_answer_was_lost_is_had_at_once(client):
    client.rpush("intake:0", "one", "two")
    intake = Intake(client, window=60)

    client.losing = True
    claim = intake.claim(0)

    assert claim is not None
    assert (claim.entries, intake.claim(0)) == ([b"one", b"two"], None)


def test_a_call_is_counted_once_although_the_answer_was_lost(client, lanes):
    add(client, "a", "b")
    batch = cut(lanes)
    before = counted(client)

    client.losing = True
    begin(lanes, batch)

    assert counted(client) == before + 1


def counted(client):
    """Return how many calls the counters hold."""
    return sum(int(value) for name, value in client.hgetall("counters").items() if name.endswith(b"|calls"))


def test_a_server_that_restarts_just_when_it_has_been_told_a_script_is_reported_again(redis, server_url):
    """It forgets scripts; the one that was being sent anew is unknown a second time."""
    configure(redis)
    with connect(server_url) as own, Restarting(connection_pool=own.connection_pool) as client:
        client.script_flush()

        Lanes(client).flush("lapsed")

        assert client.restarts == 1
