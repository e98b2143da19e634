"""Run Python in processes of its own, for what only several of them can show."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CELERY = 'import sys; sys.modules["flower"] = None; from celery.__main__ import main; sys.exit(main())'


def celery(words: str) -> list[str]:
    """Return what starts Celery; without Flower, whose command it imports, that takes a third less."""
    return [sys.executable, "-c", CELERY, *words.split()]


def start(code: str, *arguments: object) -> "subprocess.Popen[str]":
    """Start a process that runs ``code``."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def run_at_once(count: int, code: str, *arguments: object) -> Sequence[str]:
    """Run ``code`` in several processes at the same time and return what each printed.

    Each must wait for a line before it does what is to happen at once.
    """
    processes = [start(code, *arguments) for _ in range(count)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * count
    return outputs
