"""Doorbells that several threads of a program open at once, before any has imported Celery."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CELERY = """
import sys, time, types
module = types.ModuleType("celery")
module.Celery = lambda name, **options: types.SimpleNamespace(conf={})
time.sleep(0.3)
sys.modules["celery"] = module
"""
PROGRAM = """
import threading
from concurrent.futures import ThreadPoolExecutor
from pipeline.stores.doorbell import Doorbell

at_once = threading.Barrier(4)

def open_one(_):
    at_once.wait()
    return Doorbell("redis://127.0.0.1:1/0")

with ThreadPoolExecutor(4) as pool:
    print(len(list(pool.map(open_one, range(4)))))
"""


def test_threads_that_open_the_first_doorbells_at_once_all_have_one(tmp_path):
    """Celery puts another module in its place while it is imported; this one takes longer over it."""
    (tmp_path / "celery.py").write_text(CELERY)

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("4\n", "")
