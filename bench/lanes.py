"""What a row costs while many lanes hold rows: of one destination, and of many."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any

from bench.environment import CONNECTOR, destination, open_environment
from bench.finding import Finding
from bench.hands import Hands, Row, Step, findings, hands, in_turns
from bench.rows import AUDIENCE, rows
from bench.size import Size

COLUMNS = [f"V{number}" for number in range(14)]  # any of them may be there or not: 16,384 lanes
TABLE = ("--table", f"Main/BENCH=CUSTOMER*,{','.join(COLUMNS)}")
COUNT = 2_000  # rows that are worked on in each round
PLENTY = 100 * COUNT
SPREAD = Step("accepting for all of them", "µs/row", 1)


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Do the same work with few and with many lanes, then with few and with many destinations."""
    found = []
    for what, amounts, opened in (
        ("lanes", size.lanes, with_lanes),
        ("destinations", size.owners, with_destinations),
    ):
        with ExitStack() as stack:
            say(f"{' and '.join(f'{amount:,}' for amount in amounts)} {what}, in turns")
            sizes = {f"{amount:,} {what}": stack.enter_context(opened(amount)) for amount in amounts}
            found += in_turns(sizes, COUNT)
            if opened is with_lanes:
                found += spread({size: worker for size, (worker, _) in sizes.items()}, amounts)
    return found


@contextmanager
def with_lanes(lanes: int) -> Iterator[tuple[Hands, Iterable[Row]]]:
    """Open an environment where so many lanes of one destination hold a row; rows for the first one."""
    with open_environment(options=TABLE) as environment:
        environment.configure({"table": table()}, in_flight=1)
        with hands(environment) as worker:
            worker.producer.activate_many(row(f"p-{number}", number) for number in range(lanes))
            worker.accept()
            assert environment.client.scard("lanes:table") == lanes
            yield worker, (row(f"w-{number}", 0) for number in count())


@contextmanager
def with_destinations(amount: int) -> Iterator[tuple[Hands, Iterable[Row]]]:
    """Open an environment where so many destinations have a row each; rows for the first of them."""
    names = [f"AUDIENCE_{number}" for number in range(amount)]
    with open_environment(names) as environment:
        environment.configure({name.lower(): destination(name, name) for name in names}, in_flight=1)
        with hands(environment) as worker:
            for name in names:
                worker.producer.activate_many(rows(1, name))
            worker.accept()
            yield worker, rows(PLENTY, names[0], "w")


def spread(workers: Mapping[str, Hands], amounts: Sequence[int]) -> list[Finding]:
    """Accept as many rows at each size, spread over all lanes there are: a different work each time."""
    rounds = []
    for turn in range(3):
        costs = {}
        for (size, worker), lanes in zip(workers.items(), amounts, strict=True):
            several = (row(f"s{turn}-{number}", number % lanes) for number in range(COUNT))
            worker.producer.activate_many(several)
            costs[size] = {SPREAD: worker.cost(worker.accept, COUNT)}
        rounds.append(costs)
    return list(findings(SPREAD, rounds))


def table() -> dict[str, Any]:
    """Describe a destination that has a lane for each set of columns."""
    columns = {"crm_id": "CUSTOMER", **{name.lower(): name for name in COLUMNS}}
    return {
        "audience": AUDIENCE, "connector": CONNECTOR, "action": "supplemental_table", "folder": "Main",
        "table": "BENCH", "columns": {source: {"column": name} for source, name in columns.items()},
        "key": ["CUSTOMER"], "insert_on_no_match": True, "update_on_match": "REPLACE_ALL",
        "on_remove": "nothing", "max_rows": 200, "max_age": 600,
    }  # fmt: skip


def row(profile: str, shape: int) -> Row:
    """Return an activation that lacks the columns whose bits are set."""
    return {
        "audience": AUDIENCE,
        "profile_id": profile,
        "call_type": "ADD",
        "identifiers": {"crm_id": profile},
        "variables": {name.lower(): "some text" for bit, name in enumerate(COLUMNS) if not shape >> bit & 1},
    }
