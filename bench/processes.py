"""Start processes, tell what they cost, and stop them all in the end."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
CORES = 2  # shared by everything that is measured
PATIENCE = 15  # seconds to end when told to
TALKING = ("emulator", "producer", "client")  # say on their output what we read


class Processes:
    """The processes of one set-up, by name; what they say is kept in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ours: list[subprocess.Popen[str]] = []
        self._known: dict[str, psutil.Process] = {}

    def start(
        self, name: str, command: Sequence[str], env: dict[str, str] | None = None
    ) -> "subprocess.Popen[str]":
        """Start a process of ours."""
        with open(self.folder / f"{name}.log", "a") as log:
            process = subprocess.Popen(
                [sys.executable, *command] if command[0].startswith("-") else command,
                cwd=ROOT,
                env={**os.environ, **(env or {})},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if name.startswith(TALKING) else log,
                stderr=log,
                text=True,
            )
        self._ours.append(process)
        self.watch(name, process.pid)
        return process

    def watch(self, name: str, pid: int) -> None:
        """Measure a process from now on, whoever started it."""
        self._known[name] = psutil.Process(pid)

    def pid(self, name: str) -> int:
        """Return the id of a process."""
        return self._known[name].pid

    def cpu(self) -> dict[str, float]:
        """Return the CPU seconds that each process and its children have used so far."""
        return {name: sum(map(seconds, family)) for name, family in self._families()}

    def memory(self) -> dict[str, int]:
        """Return the resident bytes of each process and its children."""
        return {name: sum(one.memory_info().rss for one in family) for name, family in self._families()}

    @contextmanager
    def suspended(self, name: str) -> Iterator[None]:
        """Let a process stand still meanwhile."""
        self._known[name].suspend()
        try:
            yield
        finally:
            self._known[name].resume()

    def _families(self) -> Iterator[tuple[str, list[psutil.Process]]]:
        for name, process in self._known.items():
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                yield name, [process, *process.children(recursive=True)]

    def stop(self) -> None:
        """End them, latest first; those that do not listen are killed."""
        for process in reversed(self._ours):
            process.terminate()
        for process in self._ours:
            try:
                process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()


def seconds(process: psutil.Process) -> float:
    """Return the CPU seconds that one process has used."""
    times = process.cpu_times()
    return times.user + times.system


@contextmanager
def two_cores() -> Iterator[None]:
    """Keep this process, and what it starts, on two cores where there are more."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:CORES])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
