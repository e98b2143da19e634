"""The processes of ``activation up``: started, started again when they end by themselves, and shown."""

import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import cycle
from pathlib import Path
from threading import Thread

from pipeline.cli.up_lines import Lines, follow_lines
from pipeline.runtime.crew import POLL, ProcessGroup
from pipeline.runtime.restarts import Restarts

COLOURS = ("cyan", "yellow", "green", "magenta", "blue", "bright_cyan", "bright_yellow", "bright_green")
SAYS_READY = re.compile(r"\bcelery\b.*\b(worker|flower)\b|\bactivation web\b")
PATIENCE = 15.0  # seconds; then the block is shown although some are not ready
LAST_WORDS = 2.0  # seconds to read the processes' last lines
STARTING = "starting"

Block = Callable[[Mapping[str, str]], Iterable[tuple[str, str]]]


class Crew:
    """Runs the commands of a Procfile until told to stop, or until one of them fails too often."""

    def __init__(
        self, commands: Mapping[str, str], env: Mapping[str, str], folder: Path, lines: Lines, block: Block
    ) -> None:
        """``block``: makes the rows of the block from the state of each process."""
        self._commands = commands
        self._env = env
        self._folder = folder
        self._lines = lines
        self._block = block
        self._shown = False
        self._colours = dict(zip(commands, cycle(COLOURS), strict=False))
        self._states = dict.fromkeys(commands, STARTING)
        self._restarts = {name: Restarts() for name in commands}
        self._due = dict.fromkeys(commands, 0.0)  # when each is to be started
        self._readers: list[Thread] = []

    def run(self, told: list[int]) -> str | None:
        """Run until ``told`` has something; return the name of a process that failed too often, or None."""
        began = time.monotonic()
        failed = None
        with ProcessGroup() as group:
            while not told and failed is None:
                now = time.monotonic()
                self._start_due(group, now)
                failed = self._look_after(group, now)
                self._show_once(late=now - began > PATIENCE)
                time.sleep(POLL)
        for reader in self._readers:
            reader.join(LAST_WORDS)
        return failed

    def _start_due(self, group: ProcessGroup, now: float) -> None:
        for name in [name for name, when in self._due.items() if when <= now]:
            del self._due[name]
            self._start(group, name)
            self._restarts[name].started(now)

    def _start(self, group: ProcessGroup, name: str) -> None:
        command = self._commands[name]
        shell = ["/bin/sh", "-c", f"exec {command}"]
        process = group.start(name, shell, env=self._env, cwd=self._folder, output=subprocess.PIPE)
        self._states[name] = STARTING if SAYS_READY.search(command) else "started"
        self._readers = [reader for reader in self._readers if reader.is_alive()]
        self._readers.append(
            follow_lines(
                process.stdout or (),
                lambda line: self._say(name, line),
                lambda address: self._ready(name, address),
                name,
            )
        )

    def _ready(self, name: str, address: str | None) -> None:
        self._states[name] = address or "ready"
        if self._shown:
            self._say(name, f"ready{f': {address}' if address else ''}")

    def _look_after(self, group: ProcessGroup, now: float) -> str | None:
        """Note the processes that ended; return the name of one that failed too often."""
        for name, code in group.take_ended().items():
            wait = self._restarts[name].failed(now)
            if wait is None:
                self._say(name, f"ended {exit_text(code)}")
                return name
            self._states[name] = f"ended {exit_text(code)}"
            self._say(name, f"ended {exit_text(code)}; started again in {wait:g} s")
            self._due[name] = now + wait
        return None

    def _say(self, name: str, text: str) -> None:
        self._lines.say(name, self._colours[name], text)

    def _show_once(self, *, late: bool) -> None:
        """Show the block when all processes are ready, or some of them are ``late``."""
        if self._shown or (STARTING in self._states.values() and not late):
            return
        self._shown = True
        rows = list(self._block(self._states))
        width = max(len(name) for name, _ in rows)
        text = "\n".join(
            f"  {self._lines.styled(name.ljust(width), self._colours.get(name))}  {row}" for name, row in rows
        )
        self._lines.write(f"\n{text}\n\n  Ctrl-C stops everything.\n")


def exit_text(code: int) -> str:
    """Write an exit code: "with exit code 3", "by SIGKILL"."""
    if code >= 0:
        return f"with exit code {code}"
    try:
        return f"by {signal.Signals(-code).name}"
    except ValueError:
        return f"by signal {-code}"
