"""Programs in Python that tests start: each is a process of its own, which can be killed."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.processes import ROOT
from tests.processes.forked import ForkedProcess

Program = ForkedProcess | subprocess.Popen[str]


def start_interpreter(
    command: Sequence[str], env: Mapping[str, str], log: Path, *, piped: bool = False
) -> Program:
    """Start ``command``, with ``env`` added to the environment; ``piped``: its output is read, not logged."""
    with open(log, "a") as file:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **env},
            stdout=subprocess.PIPE if piped else file,
            stderr=file,
            text=True,
        )


start_program = start_interpreter  # in tests: ``ForkedProcess`` (tests/fixtures/forking.py)
