"""Python processes forked from one that has imported the program, which takes longer than most tests.

A forked process has a pid of its own and is killed, stopped and waited for like any other. How the program
starts without this is shown by the tests of ``activation up`` and ``activation demo``.
"""

import atexit
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from tests.processes import ROOT

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["tests.processes.preloaded"])


class ForkedProcess:
    """A process, with the methods of ``subprocess.Popen``."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], log: Path, *, piped: bool = False
    ) -> None:
        """``command``: an interpreter, ``-c`` or ``-m``, and what follows."""
        self.args, self.stdout = command, None
        output, said = FORKING.Pipe(duplex=False) if piped else (None, None)
        log.touch()
        whole = {**os.environ, **env}
        self._process = FORKING.Process(target=run, args=(command[1:], whole, log, said), daemon=True)
        self._process.start()
        self.pid = self._process.pid
        if output and said:
            said.close()
            self.stdout = os.fdopen(os.dup(output.fileno()))
            output.close()

    @property
    def returncode(self) -> int | None:
        """How it ended; None: it runs. A signal is a negative number."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Look whether it has ended."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        self._process.join(timeout)
        if (code := self.returncode) is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def run(words: Sequence[str], env: Mapping[str, str], log: Path, said: Connection | None) -> None:
    """Be an interpreter with these words on its command line."""
    os.environ.clear()
    os.environ.update(env)
    os.chdir(ROOT)
    with open(log, "a") as file:
        os.dup2(file.fileno(), 2)
        os.dup2(said.fileno() if said else file.fileno(), 1)
    if said:
        said.close()
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    kind, what, *arguments = words
    sys.argv = [kind, *arguments]
    try:
        if kind == "-m":
            runpy.run_module(what, run_name="__main__", alter_sys=True)
        else:
            exec(what, {"__name__": "__main__"})
    finally:
        atexit._run_exitfuncs()  # which multiprocessing leaves out
