"""Environments of their own for the baselines: their packages must not come into the project's."""

import subprocess
import sys
import venv
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from bench.processes import ROOT

FOLDER = ROOT / ".activation" / "bench"
BATCHES = "celery-batches==0.11"
SALESFORCE = "simple-salesforce==1.12.10"
SAME = ("celery", "kombu", "redis", "requests", "packaging", "billiard", "vine")  # versions as in the project


class Unavailable(Exception):
    """The baselines cannot be installed here."""


def prepare(wanted: str = BATCHES, same: Sequence[str] = SAME) -> str:
    """Return the interpreter, with everything installed; done once and kept."""
    name = wanted.replace("==", "-")
    folder = FOLDER / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, clear=True, with_pip=True)
        install(python, wanted, same)
        (folder / "ready").touch()
    return str(python)


def install(python: Path, wanted: str, same: Sequence[str]) -> None:
    """Install what a baseline needs."""
    pins = [wanted, *(f"{name}=={version(name)}" for name in same)]
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pins]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["pip failed"]
        raise Unavailable(f"skipped, {wanted} could not be installed: {said[-1]}")
