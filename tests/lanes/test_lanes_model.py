"""The lanes against a model: whatever happens in whatever order, no row is lost, doubled or overtaken."""

import json
from collections import defaultdict, deque
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from pipeline.accept.intake import Intake
from pipeline.accept.routes import ADD, STATE, RoutedLane, Routes
from pipeline.accept.state_rows import StateRow
from pipeline.lanes.batch import Batch
from pipeline.lanes.lanes import Lanes
from pipeline.stores.broker import connect
from tests.builders import QUOTA, configure, texts_of

MOST = 3  # rows in a batch
PROFILES = [f"p{n}" for n in range(6)]
RECIPIENTS = ["", *(f"r{n}" for n in range(4))]  # "": a row has none
LANES = ["lapsed/all", "lapsed/all+bulk", "lapsed/other"]
WAYS = replace(QUOTA, max_in_flight=4)


class Model(RuleBasedStateMachine):
    """What has been added, and what has left, in order."""

    url: str
    flying = Bundle("flying")  # batches as some worker knows them, stale ones among them

    def __init__(self) -> None:
        super().__init__()
        self.redis = connect(self.url)
        self.redis.flushall()
        configure(self.redis, max_rows=MOST, max_age=0)
        self.lanes = Lanes(self.redis)
        self.intake = Intake(self.redis, window=60)
        self.waiting: dict[str, deque[int]] = defaultdict(deque)
        self.waiting_for: dict[str, deque[int]] = defaultdict(deque)  # by recipient
        self.recipient_of: dict[int, str] = {}
        self.count = 0
        self.stopped = False

    def teardown(self) -> None:
        self.redis.close()

    @rule(
        rows=st.lists(
            st.tuples(st.sampled_from(PROFILES), st.sampled_from(LANES), st.sampled_from(RECIPIENTS)),
            min_size=1,
            max_size=8,
        )
    )
    def add(self, rows):
        entries = []
        for profile, _, recipient in rows:
            self.count += 1
            self.waiting[self.kept_in_order(profile, recipient)].append(self.count)
            self.recipient_of[self.count] = recipient
            if recipient:
                self.waiting_for[recipient].append(self.count)
            entries.append(json.dumps({"n": self.count, "profile": profile}))
        self.redis.rpush("intake:0", *entries)
        claim = self.intake.claim(0)
        assert self.intake.accept(claim, *self.routed(rows, entries)).added == len(rows)

    def routed(self, rows, entries):
        """Return routes and rows of states."""
        routes, state_rows = Routes(len(rows)), []
        for index, ((profile, lane, recipient), entry) in enumerate(zip(rows, entries, strict=True)):
            routes.put(index, profile, (RoutedLane(STATE, lane),))
            row = "\0".join(filter(None, (lane, recipient, entry)))
            state_rows.append(StateRow("lapsed", profile, row, 0))
        return routes, state_rows

    def kept_in_order(self, profile: str, recipient: str) -> str:
        """Name what orders rows beside their recipient."""
        return profile

    @rule(target=flying)
    def claim(self):
        claimed = self.lanes.claim(WAYS)
        if not isinstance(claimed, tuple):
            return multiple()
        assert not self.stopped, "a batch was claimed while sending was stopped"
        batch, raw = self.lanes.read_batch(claimed.batch)
        rows = texts_of(raw)
        lines = [line for line, _ in rows]
        assert 1 <= len(set(lines)) == len(lines) <= MOST
        assert lines == [self.kept_in_order(*self.told_of(row)) for _, row in rows]
        recipients = [*filter(None, (self.recipient_of[json.loads(row)["n"]] for _, row in rows))]
        assert len(set(recipients)) == len(recipients), "a recipient is twice in a batch"
        return batch

    @rule(target=flying, batch=consumes(flying))
    def begin(self, batch: Batch):
        self.begin_call(batch)
        return batch

    def begin_call(self, batch: Batch):
        began = self.lanes.begin(batch)
        assert not (began and self.stopped), "a call began while sending was stopped"

    @rule(batch=consumes(flying), back=st.sets(st.integers(0, MOST - 1)))
    def settle(self, batch: Batch, back):
        found = self.lanes.read_batch(batch.id)
        if self.lanes.settle(batch, sorted(back)):
            for position, (_, row) in enumerate(texts_of(found[1])):
                if position not in back:
                    self.leave(self.kept_in_order(*self.told_of(row)), json.loads(row)["n"])

    def told_of(self, row: bytes) -> tuple[str, str]:
        """Return the profile and the recipient of a row."""
        found = json.loads(row)
        return found["profile"], self.recipient_of[found["n"]]

    def leave(self, profile: str, number: int) -> None:
        assert self.waiting[profile].popleft() == number, "a row was overtaken, or left twice"
        recipient = self.recipient_of[number]
        if recipient:
            assert self.waiting_for[recipient].popleft() == number, "a row of a recipient was overtaken"

    @rule(batch=consumes(flying), refund=st.booleans())
    def retry(self, batch: Batch, refund):
        self.lanes.retry(batch, delay=0, spend=True, refund=refund)

    @rule(batch=consumes(flying))
    def split(self, batch: Batch):
        if batch.rows > 1:
            self.lanes.split(batch)

    @rule(target=flying, batch=consumes(flying), places=st.sets(st.integers(0, MOST - 1)), back=st.booleans())
    def part(self, batch: Batch, places, back):
        """Let some rows, never all, leave a batch: for one of their own, or for their lane."""
        positions = sorted(place for place in places if place < batch.rows)
        if 0 < len(positions) < batch.rows:
            if back:
                self.lanes.return_rows(batch, positions, "")
            else:
                self.lanes.set_apart(batch, positions, "", apart_progress='{"tried": 1}', delay=0)
        return self.lanes.batch(batch.id) or batch

    @rule(batch=consumes(flying), function=st.sampled_from(["triggerCustomEvent"]))
    def turn(self, batch: Batch, function):
        self.lanes.wait_for_step(batch, function, '{"step": 1}', delay=0, refund=False, outside=False)

    @rule(target=flying, batch=consumes(flying))
    def submit(self, batch: Batch):
        """Let the answer of a call come later."""
        self.begin_call(batch)
        known = self.lanes.batch(batch.id)
        if known and (known.attempt, known.state) == (batch.attempt, "begun"):
            assert self.lanes.submitted(batch, "R1", 0)
        return batch

    @rule(target=flying, batch=consumes(flying), lease=st.sampled_from([0, 20]))
    def renew(self, batch: Batch, lease):
        """Renew or end the lease, as a worker's timer may do before it learns that the call has ended."""
        self.lanes.extend(batch, lease)
        return batch

    @rule(target=flying, die=st.booleans())
    def lapse(self, die):
        """Let every lease run out; somebody is told of what was begun, and may die over it."""
        for batch, due in self.redis.zrange("flying:acme", 0, -1, withscores=True):
            if due != float("inf"):
                self.redis.zadd("flying:acme", {batch: 1})
        told = [self.lanes.batch(batch) for batch, _ in self.lanes.leases.lapsed("acme")]
        return multiple() if die else multiple(*told)

    @rule()
    def stop_or_go_on(self):
        self.stopped = not self.stopped
        configure(self.redis, max_rows=MOST, max_age=0, stopped="paused" if self.stopped else "")

    @invariant()
    def nothing_is_lost(self):
        barriers = self.redis.hlen("gates:lapsed")
        here = self.redis.hlen("rows:lapsed") + self.redis.zcard("parked:lapsed") - barriers
        assert here == sum(map(len, self.waiting.values()))

    @invariant()
    def only_batches_that_a_worker_has_may_lapse(self):
        for batch, ends in self.redis.zrange("flying:acme", 0, -1, withscores=True):
            state = self.redis.hget(f"batch:{batch.decode()}", "state")
            assert state in ((b"waiting",) if ends == float("inf") else (b"claimed", b"begun", b"lapsed"))

    @invariant()
    def nothing_is_kept_of_recipients_that_have_no_row(self):
        if not any(self.waiting.values()):
            for key in ("recipients", "lines", "company", "gates", "behind", "parked"):
                assert not self.redis.exists(f"{key}:lapsed"), key

    @invariant()
    def no_profile_is_in_two_places(self):
        places: dict[bytes, int] = defaultdict(int)
        for lane in LANES:
            for profile in self.redis.zrange(f"lane:{lane}", 0, -1):
                places[profile] += 1
        for key in self.redis.scan_iter("batch:*:rows"):
            for profile in self.redis.zrange(key, 0, -1):
                places[profile] += 1
        assert all(count == 1 for count in places.values())
        gated = {
            barrier.rpartition(b"\0")[2]
            for barrier, lane in self.redis.hgetall("gates:lapsed").items()
            if lane
        }
        assert not gated & set(places)
        assert set(places) | gated == set(self.redis.hkeys("rows:lapsed"))
        self.no_recipient_is_in_two_places(places)
        parked = {member.partition(b"\0")[0] for member in self.redis.zrange("parked:lapsed", 0, -1)}
        assert self.redis.smembers("behind:lapsed") == parked <= set(places) | gated

    def no_recipient_is_in_two_places(self, places):
        if places:
            rows = self.redis.hmget("rows:lapsed", list(places))
            numbers = [json.loads(row.rpartition(b"\0")[2])["n"] for row in rows]
            recipients = [*filter(None, map(self.recipient_of.get, numbers))]
            assert len(set(recipients)) == len(recipients), "two rows of a recipient may go at once"


class Occurrences(Model):
    """Rows of occurrences: ordered by recipient alone or, without one, by profile."""

    def routed(self, rows, entries):
        """Return routes with their recipients."""
        routes = Routes(len(rows))
        for index, (profile, lane, recipient) in enumerate(rows):
            routes.recipients_of("lapsed")[index] = recipient
            routes.put(index, profile, (RoutedLane(ADD, lane),))
        return routes, []

    def kept_in_order(self, profile: str, recipient: str) -> str:
        """Name what orders rows."""
        return recipient or profile


@pytest.mark.parametrize("model", [Model, Occurrences])
def test_no_row_is_lost_doubled_or_overtaken_whatever_happens(server_url, model):
    Model.url = server_url
    run = settings(
        max_examples=50,
        stateful_step_count=40,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=True,
    )
    run_state_machine_as_test(model, settings=run)
