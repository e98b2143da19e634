"""The state machine: hypothesis draws what happens, to whom, and what befalls them."""

import sys
from collections import Counter
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.model import invariants, operator
from tests.model.actions import AGAIN, Actions, Order
from tests.model.books import look
from tests.model.crash_table import Reached
from tests.model.ending import drain, nothing_is_lost, state_is_the_newest
from tests.model.faults import Fate
from tests.model.responsys_fake import BEHAVIOURS
from tests.model.world import WORKERS, Stores

# Rules have no preconditions: what is drawn must not depend on anything but what was drawn before.

MEANWHILE = [*AGAIN, "beat", "accept", "deliver", "lapse", *operator.DOES]
trip = st.integers(1, 14)
deaths = st.builds(Fate, kind=st.just("die"), at=trip, after=st.booleans())
losses = st.builds(Fate, kind=st.just("lose"), at=trip, after=st.booleans(), length=st.integers(1, 6))
others = st.builds(
    Fate,
    kind=st.just("meanwhile"),
    at=trip,
    act=st.lists(st.sampled_from(MEANWHILE), min_size=1, max_size=3).map(tuple),
)
fates = st.one_of(st.none(), st.none(), deaths, losses, others)
workers = st.integers(0, WORKERS - 1)
activations = st.tuples(
    st.sampled_from([f"p{n}" for n in range(5)]),
    st.sampled_from(["ADD", "UPDATE", "ADD", "REMOVE"]),
    st.sampled_from([("tier", "points"), ("tier",), ("points",), ()]),
    st.sampled_from([0, 0, 0, 1, 3, 30]),
)
fresh = st.lists(activations, max_size=4)
behaviours = st.lists(st.sampled_from(["answer", *BEHAVIOURS]), max_size=2).map(tuple)
orders = st.builds(Order, who=workers, fate=fates, met=behaviours)


class Totals:
    """What all examples did."""

    examples = 0
    steps = 0
    calls = 0
    reached = Reached()
    behaviours: ClassVar[Counter[str]] = Counter()


class Machine(RuleBasedStateMachine):
    """One example."""

    stores: Stores

    def __init__(self) -> None:
        super().__init__()
        self.actions = Actions(self.stores)
        self.world, self.story = self.actions.world, self.actions.story
        self.world.arrived.append(invariants.Calls(self.world, self.story))
        self.ages = invariants.Ages(self.story)

    @initialize(made=st.lists(activations, min_size=2, max_size=8))
    def begin(self, made):
        self.actions.produce([self.story.tell(*each, chosen=False) for each in made])

    @rule(
        made=st.lists(activations, min_size=1, max_size=6),
        chosen=st.booleans(),
        bulk=st.booleans(),
        fate=fates,
    )
    def produce(self, made, chosen, bulk, fate):
        told = [self.story.tell(*each, chosen=chosen) for each in made]
        self.actions.produce(told, bulk=bulk, fate=fate)

    @rule()
    def produce_again(self):
        self.actions.produce_again()

    @rule(who=workers, fate=fates)
    def accept(self, who, fate):
        self.actions.accept(who, fate)

    @rule(who=workers, fate=fates)
    def beat(self, who, fate):
        frame = self.actions.beat(who, fate)
        if fate is None and self.world.clock.now - self.actions.changed_at > 1:
            assert frame.struck is None
            invariants.what_is_due_has_gone(self.world, look(self.world))

    @rule(made=fresh, ring=st.integers(0, 3), order=orders, keep=st.booleans(), on=st.booleans())
    def deliver(self, made, ring, order, keep, on):
        self.have_due(made)
        if self.world.bell.batches:
            self.actions.deliver(ring, order, keep=keep, on=on)

    @rule(made=fresh, orders=st.lists(orders, max_size=4))
    def work(self, made, orders):
        self.have_due(made)
        self.actions.work(orders)

    def have_due(self, made):
        """Activate some, and have what waits come due: most deliveries are to be those that faults befall."""
        self.actions.produce([self.story.tell(*each, chosen=False) for each in made])
        self.actions.come_due()

    @rule(seconds=st.sampled_from([0.3, 5, 15, 25, 31, 61, 301]))
    def wait(self, seconds):
        self.world.clock.advance(seconds)

    @rule()
    def lose_doorbells(self):
        self.actions.lose_doorbells()

    @rule(what=st.sampled_from(sorted(operator.DOES)), fate=fates)
    def operate(self, what, fate):
        self.actions.operate(what, fate)

    @rule(fate=fates)
    def replay(self, fate):
        self.actions.replay(fate)

    @invariant()
    def everything_is_in_its_place(self):
        seen = look(self.world)
        invariants.no_profile_is_in_two_places(seen)
        invariants.the_books_balance(self.world, self.story, seen)
        invariants.known_once(self.world, self.story, self.actions.resent)
        invariants.in_order(self.world, self.story)
        self.ages.look(self.world.clock.now, seen)
        Totals.steps += 1

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:  # else it has failed already
                self.end()
        finally:
            Totals.examples += 1
            Totals.calls += len(self.world.responsys_fake.calls)
            Totals.reached += self.world.reached
            Totals.behaviours.update(call.behaviour for call in self.world.responsys_fake.calls)
            self.actions.close()

    def end(self) -> None:
        """Let it all come to its end."""
        seen = drain(self.actions)
        nothing_is_lost(self.actions, seen)
        invariants.known_once(self.world, self.story, self.actions.resent)
        invariants.in_order(self.world, self.story)
        state_is_the_newest(self.actions)
