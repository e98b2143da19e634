"""``python -m bench.replicas``: what waiting for replicas costs, beside not waiting, in turns.

A primary and two replicas on this machine; a network adds its round trip to each append that waits.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.rows import rows
from pipeline.model.activation import from_mapping
from pipeline.produce.appender import Appender
from pipeline.stores.broker import connect
from tests.processes.constellation import Constellation

ROUNDS = 15
SIZES = {"one at a time": (1, 200), "chunks of 500": (500, 10)}  # rows of an append, appends of a turn


class NoBell:
    """Rings for nothing."""

    def ring_accept(self, shard: int) -> None:
        """Do nothing."""


def turn(appender: Appender, size: int, appends: int) -> tuple[float, float]:
    """Append, and return the microseconds of time and of this process's CPU for each row."""
    chunks = [[from_mapping(row) for row in rows(size, prefix=f"r{n}-")] for n in range(appends)]
    began, cpu = time.perf_counter(), time.process_time()
    for chunk in chunks:
        appender.append(chunk)
    return (
        (time.perf_counter() - began) / (size * appends) * 1e6,
        (time.process_time() - cpu) / (size * appends) * 1e6,
    )


def main() -> None:
    """Measure each size with none, one and two replicas in turns, and print medians."""
    with tempfile.TemporaryDirectory(prefix="replicas-") as folder:
        constellation = Constellation(Path(folder) / "constellation")
        try:
            clients = {n: connect(constellation.url, replicas=n) for n in (0, 1, 2)}
            appenders = {n: Appender(client, NoBell()) for n, client in clients.items()}
            for name, (size, appends) in SIZES.items():
                found: dict[int, list[tuple[float, float]]] = {n: [] for n in appenders}
                for _ in range(ROUNDS):
                    for n, appender in appenders.items():
                        found[n].append(turn(appender, size, appends))
                    clients[0].flushall()
                for n, figures in found.items():
                    took, cpu = (statistics.median(each) for each in zip(*figures, strict=True))
                    sys.stdout.write(f"{name:15} {n} replicas {took:8.1f} µs a row, CPU {cpu:7.1f}\n")
        finally:
            constellation.close()


if __name__ == "__main__":
    main()
