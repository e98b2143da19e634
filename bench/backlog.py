"""What a row costs while many others wait in its lane."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from bench.environment import Environment, destination, open_environment
from bench.finding import Finding
from bench.hands import Hands, hands, in_turns
from bench.rows import rows
from bench.size import Size

PARTS = (100, 10, 1)  # the most that waits, divided by
COUNT = 2_000  # rows that are worked on in each round
PLENTY = 100 * COUNT
MANY = 1_000  # looks at one go


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
    """Open an environment with so many rows in its only lane."""
    with open_environment() as environment:
        environment.configure({"lapsed": destination()}, in_flight=1)
        with hands(environment) as worker:
            worker.producer.activate_many(rows(waiting))
            worker.accept()
            look_around(environment, waiting // 2)
            yield worker


def look_around(environment: Environment, times: int) -> None:
    """Let the server end what it has begun.

    When a table has doubled its rows are moved bit by bit, with each look into it. So a row costs 10 µs more
    for the next 40,000 or so, which is what growing takes, and not what many rows that wait do.
    """
    (lane,) = environment.client.smembers("lanes:lapsed")
    for _ in range(times // MANY):
        with environment.client.pipeline(transaction=False) as pipe:
            for _ in range(MANY):
                pipe.zscore(f"lane:{lane.decode()}", "nobody")
                pipe.hexists("rows:lapsed", "nobody")
            pipe.execute()
