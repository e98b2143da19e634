"""Operator commands: each runs to its end in a process of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass

from bench.processes import ROOT


@dataclass(frozen=True)
class CommandCost:
    """The costs of one command, its start included, and what it printed."""

    seconds: float
    cpu: float  # seconds
    memory: float  # MiB, the most at one time
    printed: str


def activation(environment: dict[str, str], *arguments: str) -> str:
    """Run a command to its end; return what it printed."""
    command = [sys.executable, "-m", "pipeline.cli", *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def measured(environment: dict[str, str], *arguments: str) -> CommandCost:
    """Run a command to its end, which must be a good one; return its costs, and no other process's."""
    command = [sys.executable, "-m", "bench.alone", sys.executable, "-m", "pipeline.cli", *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return CommandCost(**json.loads(done.stdout))
