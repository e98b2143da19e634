"""Lines of the processes of ``activation up``: each after the name of its process, without noise."""

import re
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import TextIO

import click

# A worker's, the web process' and Flower's line that says: now it works; and where.
READY = re.compile(r"@[^\s@]+ ready\.|web: listening on (?P<web>\S+)|Visit me at (?P<flower>\S+)")
NOISE = re.compile(
    r"INFO celery\.worker\.strategy: Task \S+ received"
    r"|celery\.worker\.consumer\.connection: Connected to|web: first key is in "
    r"|worker: (Warm|Cold) shutdown"
    r"|^\[I \d+ \S+ command:\d+\] (Broker: |\d+ detected, shutting down)"
    r"|^\[I \d+ \S+ mixins:\d+\] Connected to"
    r"|^\[W \d+ \S+ inspector:\d+\] Inspect method \w+ failed|^\s*$"
)
# First and last line of each block that is left out.
NOISY_BLOCKS = (
    (re.compile(r"command:\d+\] Registered tasks:"), re.compile(r"\]\s*$")),
    (
        re.compile(r"SecurityWarning: You're running the worker with superuser"),
        re.compile(r"^\s*warnings\.warn\(SecurityWarning"),
    ),
)


class Noise:
    """Recognises the noise of one process, of which some goes over several lines."""

    def __init__(self) -> None:
        self._last: re.Pattern[str] | None = None

    def __contains__(self, line: str) -> bool:
        if self._last is not None:
            if self._last.search(line):
                self._last = None
            return True
        for first, last in NOISY_BLOCKS:
            if first.search(line):
                self._last = last
                return True
        return bool(NOISE.search(line))


class Lines:
    """Writes lines of several threads; an output that takes no more does not stop the processes."""

    def __init__(self, output: TextIO, names: Iterable[str]) -> None:
        self._output = output
        self._colour = output.isatty()
        self._width = max(map(len, names))
        self._lock = threading.Lock()

    def styled(self, text: str, colour: str | None) -> str:
        """Return a text in a colour, on a terminal."""
        return click.style(text, fg=colour) if self._colour and colour else text

    def say(self, name: str, colour: str, text: str) -> None:
        """Write a line of a process, after the time and its name."""
        self.write(f"{datetime.now():%H:%M:%S} {self.styled(name.ljust(self._width), colour)} | {text}")

    def write(self, text: str) -> None:
        """Write a line."""
        with self._lock, suppress(Exception):  # OSError, OutputFull: a worker must not wait for a reader
            self._output.write(f"{text}\n")
            self._output.flush()


def follow_lines(
    lines: Iterable[bytes], say: Callable[[str], None], ready: Callable[[str | None], None], name: str
) -> threading.Thread:
    """Hand on the lines of a process; ``ready`` is given the address that it says, if it has one."""

    def read_on() -> None:
        noise = Noise()
        for raw in lines:
            line = raw.decode("utf-8", "replace").rstrip()
            if found := READY.search(line):
                ready(found["web"] or found["flower"])
            elif line not in noise:
                say(line)

    thread = threading.Thread(target=read_on, name=name, daemon=True)
    thread.start()
    return thread
