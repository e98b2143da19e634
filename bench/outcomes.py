"""What keeping the outcome of each row costs: the same race with and without, in turns, and bytes of SQL."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from sqlalchemy import Engine, func, select

from bench.environment import Environment, destination, open_environment
from bench.finding import Finding, number
from bench.race import PRODUCER, Run, race
from bench.size import Size
from pipeline.stores.outcome_tables import batches


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Race with and without outcomes in turns, and weigh them."""
    runs: dict[str, list[Run]] = {"30": [], "0": []}
    for turn in range(2 * size.rounds):
        days = ("30", "0")[turn % 2]
        say(f"end to end, ACTIVATION_TRACE_DAYS={days}")
        with racing(days) as environment:
            runs[days].append(race(environment, PRODUCER, environment.env, size.rows, size.warm))
            if days == "30":
                weight = bytes_per_row(environment.records.engine)
    pairs = list(zip(runs["30"], runs["0"], strict=True))
    slower = [1 - kept.rate / without.rate for kept, without in pairs]
    costlier = [sum(kept.cpu.values()) / sum(without.cpu.values()) - 1 for kept, without in pairs]
    return [
        share(slower, "% of rows/s", "≤ 5"),
        share(costlier, "% of CPU", ""),
        Finding("keeping outcomes", weight, "bytes/row", "in SQL", "≤ 12"),
    ]


def share(of_rounds: list[float], unit: str, aim: str) -> Finding:
    """Return the median of the rounds in percent."""
    note = ", ".join(number(100 * one) for one in of_rounds)
    return Finding("keeping outcomes", 100 * median(of_rounds), unit, note, aim)


@contextmanager
def racing(days: str) -> Iterator[Environment]:
    """Set up a race in which outcomes are kept for so many days."""
    with open_environment() as environment:
        environment.env["ACTIVATION_TRACE_DAYS"] = days
        environment.configure({"lapsed": destination()})
        environment.work("accept", "activations", 1)
        environment.work("deliver", "deliveries", 4)
        yield environment


def bytes_per_row(engine: Engine) -> float:
    """Return the bytes of outcomes for each row."""
    weights = select(
        func.sum(func.length(batches.c.outcomes) + func.length(batches.c.prints)), func.sum(batches.c.rows)
    )
    with engine.connect() as connection:
        total, amount = connection.execute(weights.where(batches.c.outcomes.is_not(None))).one()
    return float(total) / float(amount)
