"""What a row costs while many others wait in its lane."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from bench.finding import Finding
from bench.hands import Hands, hands, in_turns
from bench.house import destination, open_house
from bench.rows import rows
from bench.size import Size

PARTS = (100, 10, 1)  # the most that waits, divided by
COUNT = 2_000  # rows that are worked on in each round
PLENTY = 100 * COUNT


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Do the same work where few wait, and where more and more do."""
    with ExitStack() as stack:
        sizes = {}
        for waiting in [size.waiting // part for part in PARTS]:
            say(f"{waiting:,} rows are to wait")
            worker = stack.enter_context(backlog(waiting))
            sizes[f"{waiting:,} waiting"] = worker, rows(PLENTY, prefix="w")
        say("the same work at each of them, in turns")
        return in_turns(sizes, COUNT)


@contextmanager
def backlog(waiting: int) -> Iterator[Hands]:
    """Open a house with so many rows in its only lane."""
    with open_house() as house:
        house.configure({"lapsed": destination()}, in_flight=1)
        with hands(house) as worker:
            worker.producer.activate_many(rows(waiting))
            worker.accept()
            yield worker
