"""What may happen next: the steps of producers, workers and operators, each with its fate."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline import Producer
from pipeline.lanes.leases import CLAIM_LEASE
from pipeline.produce.appender import AppendFailed
from pipeline.runtime.worker import Worker
from pipeline.settle.dead_letters import Filter
from pipeline.settle.replay import replay
from tests.model import books, operator
from tests.model.faults import Fate, Frame
from tests.model.records import AUDIENCE, MAX_AGE
from tests.model.story import Story, Told, numbers_in
from tests.model.world import Stores, World

UNKNOWN = {"Timeout", "OutcomeUnknown"}
LAPSE = CLAIM_LEASE + 1


# What may befall whoever delivers at the same time the batch that somebody else has just read.
AGAIN = {
    "again": None,
    "again, dying before the call": Fate("die", on="HTTP"),
    "again, dying after the call": Fate("die", on="HTTP", after=True),
    "again, dying unsettled": Fate("die", on="settle"),
}


@dataclass(frozen=True)
class Order:
    """Who is to make a delivery, what befalls it, and how the far side treats its calls."""

    who: int = 0
    fate: Fate | None = None
    met: Sequence[str] = ()


PLAIN = Order()


class Actions:
    """Steps, one at a time; while one is under way, its fate may be that others happen."""

    def __init__(self, stores: Stores) -> None:
        self.story = Story()
        self.world = World(stores, self.meanwhile)
        self.once_removed: set[str] = set()
        self.once_unmapped: set[tuple[str, str]] = set()
        self.resent = False  # unknown outcomes were to be sent again at some time
        self.changed_at = 0.0
        self.last: Frame | None = None
        self._answered: set[tuple[str, int]] = set()

    def produce(self, told: Sequence[Told], *, bulk: bool = False, fate: Fate | None = None) -> Frame:
        """Activate; who dies meanwhile repeats what has ids of its own."""
        repeat = [each for each in told if each.chosen]
        uncertain = {each.number for each in told}

        def act(_: Worker) -> None:
            with Producer("redis://", bell=self.world.bell) as producer:
                try:
                    report = producer.activate_many(
                        [each.row() for each in told], audience=AUDIENCE, bulk=bulk
                    )
                except AppendFailed as error:
                    self.world.reached["producer"] += 1
                    self.story.repeats.append(error.activations)
                else:
                    assert not report.errors
                    uncertain.clear()
                repeat.clear()

        frame = self.world.step("produce", act, fate)
        self.story.unordered |= uncertain
        self.story.landed |= {each.number for each in told} - uncertain
        if repeat:
            self.story.dead.append(repeat)
        return frame

    def produce_again(self) -> None:
        """Repeat what may not have arrived."""
        repeats, self.story.repeats = self.story.repeats, []
        rows = [[each.row() for each in told] for told in self.story.dead]
        self.story.dead = []

        def act(_: Worker) -> None:
            with Producer("redis://", bell=self.world.bell) as producer:
                for activations in repeats:
                    producer.append(activations)
                    self.story.landed |= {int(each.variables["number"]) for each in activations}
                for again in rows:
                    producer.activate_many(again, audience=AUDIENCE)
                    self.story.landed |= {row["variables"]["number"] for row in again}

        self.world.step("produce", act)

    def accept(self, who: int = 0, fate: Fate | None = None) -> None:
        """Answer the doorbells of the intake, as ``tasks.activation.accept`` does."""
        while self.world.bell.shards:
            shard = self.world.bell.shards.pop(0)

            def act(worker: Worker, shard: int = shard) -> None:
                worker.acceptance.accept(shard)
                worker.dispatch.run()

            frame = self.world.step("accept", act, fate, who)
            self.last, fate = (frame, None) if fate is not None else (self.last, None)

    def beat(self, who: int = 0, fate: Fate | None = None) -> Frame:
        """Let a worker's timer do its duties."""
        return self.world.step("beat", lambda worker: worker.heartbeat.beat(worker.catalog()), fate, who)

    def come_due(self) -> None:
        """Have the doorbell of a batch wait, if there are rows and nothing stands in their way."""
        for seconds in (0, MAX_AGE + 1):
            if not self.world.bell.batches:
                self.world.clock.advance(seconds)
                self.accept()
                self.beat()

    def deliver(self, ring: int = 0, order: Order = PLAIN, *, keep: bool = False, on: bool = False) -> None:
        """Answer one doorbell of a batch; ``keep``: it will ring again. ``on``: go on with what is due."""
        rings = self.world.bell.batches
        batch, attempt = rings[ring % len(rings)] if keep else rings.pop(ring % len(rings))
        self.world.responsys_fake.behaviours = list(order.met)
        self._deliver(batch, attempt, order.who, order.fate, on)
        self.world.responsys_fake.behaviours = []

    def _deliver(self, batch: str, attempt: int, who: int, fate: Fate | None, on: bool = False) -> None:
        known = self.world.bare.hmget(f"batch:{batch}", "attempt", "connector")
        self.world.reached["twice"] += (batch, attempt) in self._answered or known[0] != str(attempt).encode()
        self._answered.add((batch, attempt))

        def act(worker: Worker) -> None:
            frame = self.world.trips.frames[-1]
            frame.batch, frame.connector = batch, (known[1] or b"").decode()
            next_quota = worker.dispatch.random_quota() if on else None
            report = worker.delivery.deliver(batch, attempt, next_quota=next_quota)
            self.world.reached["late"] += "too late" in report.text
            claimed = worker.dispatch.next_after(report.following) if on else None
            if claimed:
                self.world.bell.batches.append(claimed[:2])

        self.last = self.world.step("deliver", act, fate, who)

    def work(self, orders: Sequence[Order] = ()) -> None:
        """Do all that can be done now; ``orders`` are for the first deliveries."""
        self.beat()
        self.accept(1)
        left = list(orders)
        while self.world.bell.batches:
            self.deliver(order=left.pop(0) if left else PLAIN, on=True)

    def lapse(self, who: int) -> None:
        """Let every lease end, and have somebody see to it."""
        self.world.clock.advance(LAPSE)
        self.beat(who)

    def lose_doorbells(self) -> None:
        """Let nobody hear what was rung for."""
        self.world.reached["doorbell"] += len(self.world.bell.shards)
        self.world.reached["batch"] += len(self.world.bell.batches)
        self.world.bell.shards.clear()
        self.world.bell.batches.clear()

    def restart(self) -> None:
        """Restart Redis: every connection ends, and no script is known any more."""
        self.world.reached["restart"] += 1
        self.world.bare.script_flush()
        self.world.bare.connection_pool.disconnect()

    def operate(self, what: str, fate: Fate | None = None, who: int = 0) -> None:
        """Let an operator do something."""
        self.changed_at = self.world.clock.now
        self.world.step("operate", lambda worker: operator.DOES[what](self, worker), fate, who)

    def replay(self, fate: Fate | None = None) -> None:
        """Let an operator send all dead letters again."""
        for letter in books.letters(self.world, "open"):
            for number in numbers_in(letter.activation):
                self.story.again.add(number)
                self.story.replayed[number] += letter.code in UNKNOWN and letter.destination == "event"
        self.story.replaying = True

        def act(worker: Worker) -> None:
            try:
                replay(self.world.engine, worker.appender, Filter())
            except AppendFailed:
                assert fate is not None
                self.world.reached["producer"] += 1  # the person repeats it
            else:
                self.story.replaying = False

        self.world.step("replay", act, fate)

    def meanwhile(self, act: str) -> None:
        """Let others do something while a step is under way."""
        frame = self.world.trips.frames[-1]
        who = 1 - frame.who
        if act in AGAIN and frame.batch:
            attempt = self.world.bare.hget(f"batch:{frame.batch}", "attempt")
            self._deliver(frame.batch, int(attempt or 0), who, AGAIN[act])
        elif act in ("beat", "accept"):
            getattr(self, act)(who)
        elif act == "deliver":
            for _ in range(len(self.world.bell.batches)):
                self.deliver(order=Order(who))
        elif act == "lapse":
            self.lapse(who)
        elif act in operator.DOES:
            self.operate(act, who=who)

    def begin_again(self) -> None:
        """Have nothing stand in the way any more."""
        for what in ("restore", "resume"):
            self.operate(what)
        self.world.clock.advance(1)
        while self.story.repeats or self.story.dead:
            self.produce_again()
        if self.story.replaying:
            self.replay()

    def accepted(self) -> bool:
        """Tell whether the intake is empty."""
        return not books.entries(self.world)

    def close(self) -> None:
        self.world.close()
