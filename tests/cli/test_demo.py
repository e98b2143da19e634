"""`activation demo` as people run it: a process, and all that it starts."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from pipeline.demo import sample
from tests.processes import ROOT
from tests.processes.environment import until

DEMO = [sys.executable, "-c", "from pipeline.cli import main; main(prog_name='activation')", "demo"]

LONG = 500  # seconds; on a busy machine all of this takes longer


@pytest.fixture
def demo(tmp_path):
    """Start the demo, whose folder is made in ``tmp_path``."""
    started = []

    def start():
        process = subprocess.Popen(
            DEMO,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(tmp_path), "COLUMNS": "120"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.stdout.close()
        process.wait()


def running(folder: Path) -> list[str]:
    """Name the processes that were started for a demo in ``folder``."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(folder) in " ".join([process.cwd(), *process.cmdline(), *process.environ().values()]):
                found.append(" ".join(process.cmdline()))
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def table(output: str) -> dict[str, float]:
    """Read the table of the first act."""
    part = output.partition("What became of every row")[2].partition("The books balance")[0]
    lines = re.findall(r"^  (\S.*?) {2,}([\d,.]+)(?: |$)", part, re.MULTILINE)
    return {name: float(number.replace(",", "")) for name, number in lines}


def test_every_row_of_the_sample_is_accounted_for(demo, tmp_path):
    process = demo()

    output, _ = process.communicate(timeout=LONG)

    numbers = table(output)
    sent, removed, fill = (numbers.pop(name) for name in ("sent", "removed", "average fill"))
    assert process.returncode == 0, output
    assert numbers == {
        "received": sample.ROWS - sample.BROKEN,
        "rejected: Invalid": sample.NAMELESS,
        "rejected: NO_RECIPIENT_FOUND": sample.UNKNOWN,
        "waiting": 0,
        "calls made": 11,  # ten, and the one that was throttled
    }
    assert sent + removed == sample.ROWS - sample.BROKEN - sample.NAMELESS - sample.UNKNOWN
    assert fill == (sample.ROWS - sample.BROKEN - sample.NAMELESS) / 10
    assert "The books balance" in output
    clicked = (sent + removed) // 10  # of those who got the event; all of them triggered the next one
    assert f"{clicked:.0f} people clicked; Responsys took {clicked:.0f} events CLICKED." in output
    assert "Responsys has the event NURTURE after" in output
    assert "stage becomes Demo Done → AFTER_DEMO after" in output
    assert "in Responsys → the box of the contact in Salesforce is ticked after" in output
    assert "→ event OFFER, with `honour`: OptedOut, not sent" in output
    assert "email: out since" in output
    for shown in ("API_LIMIT_EXCEEDED, injected", "TOKEN_EXPIRED, injected", "it left on its age"):
        assert shown in output
    until(lambda: running(tmp_path) == [], what="the end of all processes")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("told", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_nothing_is_left_when_it_is_reported_to_stop(demo, tmp_path, told, code):
    process = demo()
    while "configuration" not in process.stdout.readline():
        assert process.poll() is None

    process.send_signal(told)

    process.communicate(timeout=LONG)
    assert process.returncode == code
    until(lambda: running(tmp_path) == [], what="the end of all processes")
    assert list(tmp_path.iterdir()) == []


SWALLOWING = """
import os, time
from pipeline.cli import demo, main
def tell(*_, **__):
    try:
        os.kill(os.getpid(), {number})
        time.sleep(60)
    except BaseException:
        time.sleep(60)
demo.tell = tell
main(["demo"])
"""


@pytest.mark.parametrize(("told", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_ends_though_a_library_swallows_the_exception(told, code):
    program = SWALLOWING.format(number=int(told))

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=LONG)

    assert done.returncode == code


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells processes that their parent is gone")
def test_nothing_runs_on_when_it_is_killed(demo, tmp_path):
    process = demo()
    while "configuration" not in process.stdout.readline():
        assert process.poll() is None
    left = [psutil.Process(child.pid) for child in psutil.Process(process.pid).children(recursive=True)]

    process.kill()

    gone, alive = psutil.wait_procs(left, timeout=LONG)
    assert len(gone) >= 5  # Redis, Responsys, two workers, Flower
    assert alive == []


def test_the_sample_is_the_same_every_time():
    assert list(sample.rows()) == list(sample.rows())
    assert len(list(sample.rows())) == sample.ROWS
