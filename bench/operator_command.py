"""Operator commands: each runs to its end in a process of its own."""

import subprocess
import sys

from bench.processes import ROOT


def activation(environment: dict[str, str], *arguments: str) -> str:
    """Run a command to its end; return what it printed."""
    command = [sys.executable, "-m", "pipeline.cli", *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout
