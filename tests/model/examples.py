"""Small examples that together reach every row of the crash table: death at every single round trip."""

from collections.abc import Callable, Iterator

from tests.model import invariants
from tests.model.actions import AGAIN, Actions, Order
from tests.model.books import look
from tests.model.crash_table import Reached
from tests.model.ending import drain, nothing_is_lost, state_is_the_newest
from tests.model.faults import Fate
from tests.model.invariants import MINUTE
from tests.model.responsys_fake import SILENT
from tests.model.world import Stores

SCRIPTS = ("begin", "settle")  # of a delivery
TRIPS = 8  # of a step, that are of interest
MADE = [("p1", "ADD", ("tier",), 0), ("p2", "ADD", ("tier",), 0), ("p3", "UPDATE", ("tier",), 0)]

Example = Callable[[Actions], object]


def run(stores: Stores, example: Example) -> Reached:
    """Carry out an example, let everything come to its end, and see that all is well."""
    actions = Actions(stores)
    actions.world.arrived.append(invariants.Calls(actions.world, actions.story))
    try:
        log_in(actions)
        example(actions)
        invariants.no_profile_is_in_two_places(look(actions.world))
        nothing_is_lost(actions, drain(actions))
        invariants.known_once(actions.world, actions.story, actions.resent)
        invariants.in_order(actions.world, actions.story)
        state_is_the_newest(actions)
        return actions.world.reached
    finally:
        actions.close()


def log_in(actions: Actions) -> None:
    """Let no step here be about that."""
    worker = actions.world.workers[0]
    for connector in worker.catalog().connectors.values():
        worker.clients(connector).ready()


def produce(actions: Actions, fate: Fate | None = None) -> int:
    """Activate three profiles; return how many round trips that took."""
    told = [actions.story.tell(*each, chosen=True) for each in MADE]
    return actions.produce(told, fate=fate).count


def ready(actions: Actions) -> None:
    """Have batches claimed, whose doorbells wait."""
    produce(actions)
    actions.accept()


def deaths(stores: Stores, step: str) -> Iterator[Reached]:
    """Die at each round trip of a step: before the other side did anything, and behind it."""
    for at in range(1, TRIPS + 1):
        for after in (False, True):
            fate, ended = Fate("die", at, after), []
            yield run(stores, lambda actions: ended.append(dies(actions, step, fate)))  # noqa: B023
            if not ended[0]:
                return


def dies(actions: Actions, step: str, fate: Fate) -> bool:
    """Let a step die; tell whether it was long enough for that."""
    if step == "produce":
        return fate.at <= produce(actions, fate)
    produce(actions)
    actions.accept(fate=fate if step == "accept" else None)
    if step == "deliver":
        actions.deliver(order=Order(fate=fate))
    return actions.last is not None and actions.last.struck is not None


def lost_doorbells(actions: Actions) -> None:
    produce(actions)
    actions.lose_doorbells()


def twice(actions: Actions) -> None:
    ready(actions)
    actions.deliver(keep=True)
    actions.deliver(order=Order(fate=Fate("meanwhile", on="begin", act=("again",))))


def late(actions: Actions) -> None:
    """Answer a doorbell when the permit is no good any more: whoever does goes on with a new one."""
    ready(actions)
    actions.world.clock.advance(MINUTE + 1)
    rings = len(actions.world.bell.batches)
    actions.deliver(on=True)
    assert actions.world.responsys_fake.calls == []
    assert len(actions.world.bell.batches) == rings
    actions.deliver(ring=-1)
    assert len(actions.world.responsys_fake.calls) == 1


def raced(how: str) -> Example:
    """Two workers have read the same batch; the first of them dies of its call."""

    def example(actions: Actions) -> None:
        ready(actions)
        actions.deliver(order=Order(fate=Fate("meanwhile", on="begin", act=(how,))))

    return example


def stopped(actions: Actions) -> None:
    """Be told to send nothing when a batch has been read."""
    ready(actions)
    for _ in range(len(actions.world.bell.batches)):
        actions.deliver(order=Order(fate=Fate("meanwhile", on="begin", act=("pause acme",))))
    assert {call.destination for call in actions.world.responsys_fake.calls} <= {"table"}, "sent when stopped"


def overtaken(actions: Actions) -> None:
    """Hear of a change when a later one has been sent."""
    for late in (0, 1):
        actions.produce([actions.story.tell("p1", "UPDATE", ("tier",), late, chosen=False)])
        actions.come_due()
        actions.work()


def cut_off(actions: Actions) -> None:
    """Be slow in a call: others take it for lost."""
    ready(actions)
    actions.deliver(order=Order(fate=Fate("meanwhile", on="HTTP", act=("lapse", "deliver"))))


def unreachable(actions: Actions) -> None:
    ready(actions)
    actions.deliver(order=Order(met=["unreachable"]))


def silent(how: str) -> Example:
    def example(actions: Actions) -> None:
        ready(actions)
        actions.deliver(order=Order(met=[how]))

    return example


def store_down(fate: Fate) -> Example:
    """Lose the stores as soon as a call was answered."""

    def example(actions: Actions) -> None:
        ready(actions)
        actions.deliver(order=Order(fate=fate))

    return example


def restarted(actions: Actions) -> None:
    ready(actions)
    actions.restart()


def first_class(fate: Fate) -> Example:
    """Die with a batch of the first class."""

    def example(actions: Actions) -> None:
        actions.operate("event goes first")
        ready(actions)
        actions.deliver(order=Order(fate=fate))

    return example


OTHERS = [
    *(first_class(Fate("die", on=script, after=after)) for script in SCRIPTS for after in (False, True)),
    lost_doorbells, late, overtaken, twice, cut_off, unreachable, restarted,
    *(store_down(Fate("lose", at, after, length=5)) for at, after in ((4, False), (5, True), (6, True))),
    *map(silent, sorted(SILENT)), *map(raced, sorted(AGAIN)), stopped,
]  # fmt: skip
