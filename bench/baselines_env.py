"""An environment of its own for the baselines: ``celery-batches`` must not come into the project's."""

import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path

from bench.processes import ROOT

FOLDER = ROOT / ".activation" / "bench"
BATCHES = "0.11"
SAME = ("celery", "kombu", "redis", "requests", "packaging", "billiard", "vine")  # versions as in the project


class Unavailable(Exception):
    """The baselines cannot be installed here."""


def prepare() -> str:
    """Return the interpreter, with everything installed; done once and kept."""
    folder = FOLDER / f"celery-batches-{BATCHES}-{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, clear=True, with_pip=True)
        install(python)
        (folder / "ready").touch()
    return str(python)


def install(python: Path) -> None:
    """Install what the baselines need."""
    pins = [f"celery-batches=={BATCHES}", *(f"{name}=={version(name)}" for name in SAME)]
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pins]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["pip failed"]
        raise Unavailable(f"skipped, celery-batches could not be installed: {said[-1]}")
