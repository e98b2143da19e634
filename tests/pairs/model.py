"""A model of one field: two systems, edits at random, coalescing lanes, stale reads, answers that are lost.

Time has no unit but ``terms.settle``, which is longer than any write takes. The functions are the real ones.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random
from typing import Any

from pipeline.pairs.field_readings import look_once_more, take_reading
from pipeline.pairs.field_state import (
    SIDES,
    FieldDecision,
    FieldState,
    PairTerms,
    SideName,
    SideReading,
    SideState,
    SideWrite,
)
from pipeline.pairs.field_writes import take_verdict

SETTLE = 1_000
CALL_MOST = 60  # a call, until it takes effect
REPEATS_MOST = 6  # answers lost in a row
READ_EVERY = 60
STALE = 0.4
STALE_MOST = 100
SPAN = 3_000  # in which edits happen


@dataclass
class System:
    """One side as it is: values by when they were written, and the lane before it."""

    versions: list[tuple[int, Any]] = field(default_factory=lambda: [(0, "v0")])
    waiting: SideWrite | None = None
    is_busy: bool = False

    @property
    def value(self) -> Any:
        return self.versions[-1][1]

    def store(self, at: int, value: Any) -> None:
        if value != self.value:
            self.versions.append((at, value))

    def as_of(self, at: int) -> tuple[int, Any]:
        return [one for one in self.versions if one[0] <= max(at, 0)][-1]


@dataclass
class World:
    """One run; ``answers_lost`` and ``refuses`` are chances of a call."""

    random: Random
    terms: PairTerms = field(default_factory=lambda: PairTerms(owner="salesforce", settle=SETTLE))
    edits: int = 12
    sides: tuple[SideName, ...] = SIDES
    answers_lost: float = 0.0
    refuses: float = 0.0
    tail: int = 4 * SETTLE  # in which everything comes to rest
    automation: dict[SideName, Callable[[Any], Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.systems = {name: System() for name in SIDES}
        blank = SideState("v0", "v0", "v0")
        self.state = FieldState(blank, blank)
        self.words: list[str] = []
        self.writes = 0
        self.last_read: dict[SideName, tuple[int, Any]] = {}
        self.edited: list[tuple[SideName, Any]] = []
        self._number = count(1)
        self._due: list[tuple[int, int, Callable[[int], None]]] = []
        self._order = count()

    def run(self) -> "World":
        """Let all edits happen, and everything come to rest."""
        for number in range(self.edits):
            name = self.random.choice(self.sides)
            self.at(
                self.random.randrange(SPAN), lambda now, name=name, n=number: self.edit(now, name, f"e{n}")
            )
        for name in SIDES:
            self.at(self.random.randrange(READ_EVERY), lambda now, name=name: self.read(now, name))
        while self._due:
            now, _, act = heapq.heappop(self._due)
            act(now)
        return self

    def at(self, moment: int, act: Callable[[int], None]) -> None:
        heapq.heappush(self._due, (moment, next(self._order), act))

    def edit(self, now: int, name: SideName, value: Any) -> None:
        """Let a person change the field."""
        self.edited.append((name, value))
        self.store(now, name, value)

    def store(self, now: int, name: SideName, value: Any) -> None:
        own = self.automation.get(name, lambda one: one)
        self.systems[name].store(now, own(value))

    def read(self, now: int, name: SideName) -> None:
        """Read a side, at times as it was some time ago; then look at what has settled."""
        is_stale = self.random.random() < STALE and now < SPAN + SETTLE
        stamp, value = self.systems[name].as_of(now - self.random.randrange(STALE_MOST) if is_stale else now)
        reading = self.reading(value, max(stamp, 0), now)
        is_new, self.last_read[name] = self.last_read.get(name) != (stamp, value), (stamp, value)
        self.decide(take_reading(self.state, name, replace(reading, changed=is_new), self.terms), now)
        self.decide(look_once_more(self.state, name, reading, self.terms), now)
        if now < SPAN + self.tail:
            self.at(now + self.random.randrange(1, 2 * READ_EVERY), lambda then: self.read(then, name))

    def reading(self, value: Any, stamp: int, now: int) -> SideReading:
        return SideReading(value, stamp, now, next(self._number))

    def decide(self, decision: FieldDecision, now: int) -> None:
        self.state = decision.state
        self.words.append(decision.word)
        for one in decision.writes:
            self.writes += 1
            self.systems[one.side].waiting = one  # in the place of one that waits
            self.send_later(now, one.side)

    def send_later(self, now: int, name: SideName) -> None:
        self.at(now + self.random.randrange(1, CALL_MOST), lambda then: self.send(then, name))

    def send(self, now: int, name: SideName) -> None:
        """Claim what waits, unless the person is in flight."""
        system = self.systems[name]
        if system.waiting is not None and not system.is_busy:
            one, system.waiting, system.is_busy = system.waiting, None, True
            self.call(now, one, 0)

    def call(self, now: int, one: SideWrite, repeats: int) -> None:
        """Let a call arrive; if its answer is lost, it is made again."""
        if self.random.random() < self.refuses:
            self.answer(now, one, "NO")
            return
        self.store(now, one.side, one.value)
        then = now + self.random.randrange(1, CALL_MOST)
        if repeats < REPEATS_MOST and self.random.random() < self.answers_lost:
            self.at(then, lambda later: self.call(later, one, repeats + 1))
        else:
            self.at(then, lambda later: self.answer(later, one, ""))

    def answer(self, now: int, one: SideWrite, code: str) -> None:
        """Take the verdict; the next write of the lane may go."""
        self.systems[one.side].is_busy = False
        self.decide(take_verdict(self.state, one.side, one.number, code, now, self.terms), now)
        self.send_later(now, one.side)

    @property
    def bound(self) -> int:
        """The most writes that there may be."""
        words = [word for word in self.words if word in ("both", "repair")]
        return len(self.edited) + len(words)

    @property
    def values(self) -> set[Any]:
        return {self.systems[name].value for name in SIDES}


def runs(number: int, **chosen: Any) -> Iterator[World]:
    """Give finished runs, each of its own seed."""
    for seed in range(number):
        yield World(Random(seed), **chosen).run()


def without(*rules: int) -> PairTerms:
    """Return terms with rules left out."""
    terms = PairTerms(owner="salesforce", settle=SETTLE)
    return replace(terms, obeys=terms.obeys - set(rules))
