"""pipeline.runtime.heartbeat, dispatch and mirror: what happens although nobody rings."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from pipeline.accept.intake import Intake
from pipeline.errors import Misconfigured
from pipeline.lanes import limits
from pipeline.lanes.batch import ClaimedBatch
from pipeline.lanes.claim_script import MAX_UNANSWERED
from pipeline.lanes.dispatch import Dispatch
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.leases import ANSWER_SECONDS, GRACE
from pipeline.model.source import PeopleSource, SalesforceSource, SqlSource
from pipeline.records import mirror
from pipeline.records.catalog import Catalog, Hold
from pipeline.runtime.heartbeat import Heartbeat
from pipeline.settle import statistics as stats
from pipeline.stores import duty_trouble, nudges
from pipeline.stores.outcome_tables import folds, witness_notes
from tests.accept.test_acceptance import ACME, LAPSED, LEFT, entry
from tests.builders import Newest, add, configure


class Bell:
    """Writes down who rang."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, object]] = []
        self.queue = None  # the server in whose queue it rings

    def ring_accept(self, shard):
        self.rung.append(("accept", shard))

    def ring_deliver(self, batch, attempt):
        self.rung.append(("deliver", attempt))
        if self.queue:
            self.queue.lpush("deliveries", "doorbell")

    def ring_again(self):
        """None was lost."""

    def read_limits(self, connector):
        self.rung.append(("read_limits", connector))

    def run_source(self, source):
        self.rung.append(("run_source", source))

    def take_notes(self):
        self.rung.append(("take_notes", None))

    def compare_schema(self, connector):
        self.rung.append(("compare_schema", connector))


class Environment:
    def __init__(self, redis, engine) -> None:
        self.redis, self.engine, self.bell = redis, engine, Bell()
        self.catalog = Catalog(1, {"acme": ACME}, {"lapsed": LAPSED, "left": LEFT})
        mirror.publish(redis, self.catalog)
        limits.store_allowances(redis, ACME.account, {})
        self.lanes = Lanes(redis)
        self.dispatch = Dispatch(redis, self.lanes, Newest(lambda: self.catalog), self.bell)
        self.heartbeat = self.another()

    def another(self) -> Heartbeat:
        """Return the timer of another worker."""
        return Heartbeat(self.redis, self.engine, Intake(self.redis, 3600), self.dispatch, self.bell)

    def beat(self) -> float:
        return self.heartbeat.beat(self.catalog)


@pytest.fixture
def environment(redis, engine):
    return Environment(redis, engine)


def test_intake_whose_doorbell_was_lost_is_rung_for_by_one_of_many_timers(environment, monkeypatch):
    monkeypatch.setattr("pipeline.runtime.heartbeat.INTAKE_SECONDS", 600.0)  # a beat may be slow
    environment.redis.rpush("intake:3", json.dumps(entry()))
    environment.beat()
    environment.another().beat(environment.catalog)

    assert environment.bell.rung == [("accept", 3)]


def test_no_shard_waits_for_ever_behind_the_others(environment):
    """Only some are rung for at a time, and all of them hold something while producers are faster."""
    for shard in range(16):
        environment.redis.rpush(f"intake:{shard}", json.dumps(entry()))
    for _ in range(60):
        environment.another().beat(environment.catalog)
        environment.redis.delete("turn:intake")

    assert {shard for _, shard in environment.bell.rung} == set(range(16))


def test_a_queue_that_is_full_of_doorbells_gets_no_more(environment):
    environment.redis.rpush("intake:3", json.dumps(entry()))
    environment.redis.rpush("activations", *["doorbell"] * 64)
    environment.beat()

    assert environment.bell.rung == []


def test_batches_go_out_when_they_are_due(environment):
    add(environment.redis, *[f"p{n}" for n in range(200)])

    environment.beat()
    assert environment.bell.rung == [("deliver", 1)]


def test_no_batch_is_claimed_while_doorbells_wait_for_a_worker(environment):
    """Its lease would run meanwhile; who is busy asks for the next one."""
    add(environment.redis, *[f"p{n}" for n in range(200)])
    environment.redis.rpush("deliveries", *["doorbell"] * 4)

    assert (environment.dispatch.run(), environment.bell.rung) == (0.1, [])
    assert isinstance(environment.dispatch.next_batch(), ClaimedBatch)


def test_batches_are_rung_for_until_nobody_is_idle(environment):
    add(environment.redis, *[f"p{n}" for n in range(800)])
    environment.redis.rpush("deliveries", *["doorbell"] * 2)
    environment.bell.queue = environment.redis

    environment.dispatch.run()
    assert environment.bell.rung == [("deliver", 1)] * 2


def test_dispatch_says_when_something_is_due(environment):
    add(environment.redis, "p1")
    environment.redis.zincrby("ready:acme:triggerCustomEvent", -540_000, "lapsed/all")

    assert 30 < environment.dispatch.run() <= 60


def test_with_nothing_to_do_there_is_a_beat_every_second(environment):
    assert environment.beat() == 1.0


def test_a_batch_of_a_dead_worker_is_rung_for_again(environment):
    add(environment.redis, *[f"p{n}" for n in range(200)])
    environment.dispatch.run()
    ((batch, _),) = environment.redis.zrange("flying:acme", 0, -1, withscores=True)
    environment.lanes.begin(environment.lanes.batch(batch.decode()))
    environment.redis.zadd("flying:acme", {batch: 1})
    environment.redis.set("turn:lapse", "1")  # a worker looked a moment ago
    environment.beat()

    assert environment.bell.rung == [("deliver", 1), ("deliver", 2)]


def test_a_lease_that_ended_while_redis_was_away_is_prolonged_once(environment):
    """No worker could renew it, and the call may still be out."""
    add(environment.redis, *[f"p{n}" for n in range(200)])
    environment.dispatch.run()
    ((batch, _),) = environment.redis.zrange("flying:acme", 0, -1, withscores=True)
    environment.lanes.begin(environment.lanes.batch(batch.decode()))
    environment.redis.zadd("flying:acme", {batch: 1})

    environment.dispatch.take_back()
    seconds, _ = environment.redis.time()
    assert environment.redis.zscore("flying:acme", batch) == pytest.approx((seconds + GRACE) * 1000, abs=2000)

    environment.redis.zadd("flying:acme", {batch: 1})
    environment.dispatch.take_back()
    assert environment.bell.rung == [("deliver", 1), ("deliver", 2)]


def test_a_batch_that_its_worker_gave_up_is_not_kept_from_others(environment):
    add(environment.redis, *[f"p{n}" for n in range(200)])
    environment.dispatch.run()
    ((batch, _),) = environment.redis.zrange("flying:acme", 0, -1, withscores=True)
    environment.lanes.begin(environment.lanes.batch(batch.decode()))
    environment.lanes.extend(environment.lanes.batch(batch.decode()), lease=0)

    environment.dispatch.take_back()

    assert environment.bell.rung == [("deliver", 1), ("deliver", 2)]


def test_a_batch_whose_doorbell_no_idle_worker_answers_is_rung_for_again(environment):
    """A message may be lost on its way, or with an error before the call; the lease is ten times as long."""
    add(environment.redis, *[f"p{n}" for n in range(200)])
    environment.dispatch.run()
    ((batch, lease),) = environment.redis.zrange("flying:acme", 0, -1, withscores=True)
    environment.dispatch.ring_for_unanswered()
    assert environment.bell.rung == [("deliver", 1)]

    environment.redis.zadd("flying:acme", {batch: lease - ANSWER_SECONDS * 1000})
    environment.redis.lpush("deliveries", *["doorbell"] * MAX_UNANSWERED)
    environment.dispatch.ring_for_unanswered()
    assert environment.bell.rung == [("deliver", 1)]

    environment.redis.delete("deliveries")
    environment.beat()
    assert environment.bell.rung == [("deliver", 1)] * 2

    environment.lanes.begin(environment.lanes.batch(batch.decode()))
    environment.dispatch.ring_for_unanswered()
    assert environment.bell.rung == [("deliver", 1)] * 2


def test_a_batch_whose_doorbell_may_be_lost_is_rung_for_when_a_worker_is_connected_again(environment):
    add(environment.redis, *[f"p{n}" for n in range(200)])
    environment.dispatch.run()
    ((batch, attempt),) = environment.lanes.leases.claimed("acme")

    environment.dispatch.ring_for_claimed()
    environment.lanes.begin(environment.lanes.batch(batch))
    environment.dispatch.ring_for_claimed()

    assert environment.bell.rung == [("deliver", attempt)] * 2


def test_counters_reach_sql(environment):
    add(environment.redis, "p1", "p2")
    environment.beat()

    assert environment.redis.exists("counters", "counters:folding") == 0
    assert stats.read_statistics(environment.redis, environment.engine)[stats.Where("acme", "lapsed")] == {
        "received": 2
    }


def test_counters_are_added_once_when_a_worker_dies_in_between(environment):
    add(environment.redis, "p1", "p2")
    stats.move_counters_to_sql(environment.redis, environment.engine)
    add(environment.redis, "p3")
    before = environment.redis.hgetall("counters")
    stats.move_counters_to_sql(environment.redis, environment.engine)
    environment.redis.hset(
        "counters:folding", mapping={**before, "id": _last_fold(environment.engine)}
    )  # not forgotten in time
    stats.move_counters_to_sql(environment.redis, environment.engine)

    assert stats.read_statistics(environment.redis, environment.engine)[stats.Where("acme", "lapsed")] == {
        "received": 3
    }
    assert environment.redis.exists("counters:folding") == 0


def _last_fold(engine):
    with engine.connect() as connection:
        return connection.execute(select(folds.c.id).order_by(folds.c.at.desc())).scalars().first()


def test_limits_that_nobody_knows_are_asked_for_once(environment):
    environment.redis.delete(f"told:{ACME.account}")
    environment.beat()
    environment.another().beat(environment.catalog)

    assert environment.bell.rung == [("read_limits", "acme")]


@pytest.mark.parametrize("kind", ["paused", "held"])
def test_a_stopped_connector_is_left_alone(environment, kind):
    environment.redis.delete(f"told:{ACME.account}")
    hold = Hold(kind, "", "", datetime.now(UTC))
    environment.catalog = Catalog(2, {"acme": ACME}, {"lapsed": LAPSED}, {("connector", "acme"): hold})
    mirror.publish(environment.redis, environment.catalog)
    add(environment.redis, *[f"p{n}" for n in range(200)])
    environment.beat()

    assert environment.bell.rung == []


def test_a_redis_that_was_emptied_gets_the_records_again(environment):
    environment.redis.flushall()

    environment.beat()

    assert environment.redis.exists("catalog", "note:emptied") == 2


def test_producers_see_the_audiences_that_have_a_destination(environment):
    assert environment.redis.smembers("audiences") == {b"lapsed-buyers"}
    mirror.publish(environment.redis, Catalog(2, {"acme": ACME}, {}))
    assert environment.redis.smembers("audiences") == set()


def test_rows_of_a_destination_that_was_removed_go_out_to_become_dead_letters(environment):
    add(environment.redis, "p1")
    environment.catalog = Catalog(2, {"acme": ACME}, {})
    mirror.publish(environment.redis, environment.catalog)
    environment.beat()

    assert environment.bell.rung == [("deliver", 1)]


def test_connectors_go_round_with_their_own_limits(environment):
    """One connector's trouble takes nothing from another."""
    add(environment.redis, *[f"p{n}" for n in range(400)])
    environment.redis.hset("connector:acme", "stopped", "held")
    configure(environment.redis, "other", connector="other")
    add(environment.redis, *[f"p{n}" for n in range(200)], lane="other/all")
    environment.beat()

    assert environment.bell.rung == [("deliver", 1)]


def test_connectors_of_one_account_both_get_permits(environment):
    """Whoever is looked at first takes the one that there is."""
    twins = [
        replace(ACME, name=name, limits={"triggerCustomEvent": 1}, max_in_flight=100)
        for name in ("acme", "twin")
    ]
    other = replace(LAPSED, name="other", connector="twin")
    environment.catalog = Catalog(2, {twin.name: twin for twin in twins}, {"lapsed": LAPSED, "other": other})
    mirror.publish(environment.redis, environment.catalog)
    add(environment.redis, *[f"p{n}" for n in range(60)])
    add(environment.redis, *[f"p{n}" for n in range(60)], lane="other/all")
    environment.redis.hset("destination:lapsed", "max_rows", 1)
    environment.redis.hset("destination:other", "max_rows", 1)
    environment.lanes.flush("lapsed")
    environment.lanes.flush("other")

    for _ in range(60):
        environment.dispatch.run()
        environment.redis.delete(*[f"{key}:{ACME.account}:triggerCustomEvent" for key in ("limit", "calls")])

    shares = [environment.redis.zcard(f"flying:{twin.name}") for twin in twins]
    assert sum(shares) == 60
    assert min(shares) >= 10


def test_a_source_is_rung_for_when_its_time_has_come(environment):
    source = SqlSource(name="quiet", audience="lapsed-buyers", url="sqlite://", query="SELECT 1", every=60)
    environment.catalog = Catalog(
        2, {"acme": ACME}, {"lapsed": LAPSED, "left": LEFT}, sources={"quiet": source}
    )
    environment.beat()
    environment.another().beat(environment.catalog)

    assert environment.bell.rung == [("run_source", "quiet")]
    assert 3_590_000 < environment.redis.pttl("turn:source:quiet:60") <= 3_600_000


def test_notes_of_batches_are_rung_for_where_a_stream_waits_for_them(environment):
    source = PeopleSource(name="keys", audience="keys", connector="acme", every=60, enabled=False)
    environment.catalog = replace(environment.catalog, sources={"keys": source})
    environment.heartbeat.beat(environment.catalog)
    assert environment.bell.rung.count(("take_notes", None)) == 1  # once an hour in any case
    environment.redis.delete("turn:notes")

    note = {"batch": "b", "destination": "lapsed", "connector": "acme", "at": datetime.now(UTC), "rows": []}
    with environment.engine.begin() as connection:
        connection.execute(insert(witness_notes).values(note))
    for _ in range(2):
        environment.another().beat(environment.catalog)

    assert environment.bell.rung.count(("take_notes", None)) == 2


@pytest.mark.parametrize(
    "error", [KeyError("x"), Misconfigured("no key"), OSError(28, "full"), RecursionError()]
)
def test_a_duty_that_fails_keeps_no_other_from_being_done(environment, monkeypatch, error):
    """Whatever it raises: a timer that ends takes its worker's heartbeat along."""

    def fail(*_):
        raise error

    monkeypatch.setattr(Dispatch, "take_back", fail)
    monkeypatch.setattr(stats, "move_counters_to_sql", fail)
    environment.redis.rpush("intake:3", json.dumps(entry()))
    environment.beat()

    assert environment.bell.rung == [("accept", 3)]
    assert [trouble.duty for trouble in duty_trouble.read(environment.redis)] == ["batches", "numbers"]


def test_a_worker_that_cannot_read_the_records_lives_on_and_says_so(environment):
    """Such as one with the wrong secret key; what needs no records is done."""

    def unreadable():
        raise Misconfigured('connector "acme": no key opens it')

    environment.redis.rpush("intake:3", json.dumps(entry()))
    environment.heartbeat.beat(unreadable)

    assert environment.bell.rung == [("accept", 3)]
    [trouble] = duty_trouble.read(environment.redis)
    assert (trouble.duty, trouble.reason) == ("records", 'connector "acme": no key opens it')

    environment.heartbeat.beat(lambda: environment.catalog)
    assert duty_trouble.read(environment.redis) == []


def test_a_worker_is_called_once_for_the_nudges_of_a_source(environment):
    source = SalesforceSource(name="leads", every=1e6, connector="crm", object="Lead", mapping="person")
    environment.catalog = replace(environment.catalog, sources={"leads": source})
    environment.redis.set("turn:source:leads:1e+06", "1")
    nudges.leave(environment.redis, ["leads", "gone"])

    environment.beat()
    environment.another().beat(environment.catalog)

    assert environment.bell.rung == [("run_source", "leads")]
    assert nudges.waiting(environment.redis) == ["leads"]


def test_schemas_are_compared_once_a_day_and_first_a_day_after_they_were_met(environment):
    """Whoever applies a connector checks it; afterwards the account may change."""
    limits.store_allowances(environment.redis, ACME.account, {})
    environment.another().beat(environment.catalog)
    assert environment.redis.ttl("turn:schema:acme") > 86_000
    for _ in range(2):
        environment.redis.delete("turn:schemas", "turn:schema:acme")
        environment.another().beat(environment.catalog)
        environment.another().beat(environment.catalog)

    assert environment.bell.rung.count(("compare_schema", "acme")) == 2
