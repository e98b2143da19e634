"""`activation up` in processes of its own, with a real embedded Redis."""

import os
import signal
import subprocess
import sys

import pytest

from tests.processes import ROOT

UP = "from pipeline.cli import main; main(['up', '--procfile', 'PROCFILE'])"


@pytest.fixture
def up(tmp_path):
    """Start `activation up` on a Procfile of these lines."""
    started = []

    def start(*lines):
        procfile = tmp_path / "Procfile"
        procfile.write_text("\n".join(lines))
        process = subprocess.Popen(
            [sys.executable, "-c", UP.replace("PROCFILE", str(procfile))],
            cwd=ROOT,
            env={**os.environ, "ACTIVATION_DATA_DIR": str(tmp_path / "data"), "ACTIVATION_BROKER_URL": ""},
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


def read_until(process, text):
    for line in process.stdout:
        if text in line:
            return line
    raise AssertionError(f"it never said {text}")


def test_when_one_process_ends_all_are_stopped_and_it_is_named(up):
    process = up("good: sleep 60", "bad: sh -c 'exit 3'")

    output, _ = process.communicate(timeout=20)

    assert process.returncode == 1
    assert '"bad" ended by itself, so everything was stopped' in output


@pytest.mark.parametrize(("told", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_stops_within_seconds_when_told_to(up, told, code):
    process = up("one: sh -c 'echo ready; sleep 60'", "two: sleep 60")
    read_until(process, "ready")

    process.send_signal(told)

    process.communicate(timeout=5)
    assert process.returncode == code


def test_processes_are_given_the_stores_and_the_password_of_flower(up, tmp_path):
    process = up("one: env")

    output, _ = process.communicate(timeout=20)

    kept = (tmp_path / "data" / "flower.password").read_text().strip()
    assert "ACTIVATION_BROKER_URL=redis://:" in output
    assert f"ACTIVATION_DATA_DIR={tmp_path / 'data'}\n" in output
    assert f"FLOWER_BASIC_AUTH=activation:{kept}\n" in output
    assert (tmp_path / "data" / "flower.password").stat().st_mode & 0o777 == 0o600


def test_a_procfile_without_commands_is_refused(up):
    process = up("# nothing")

    output, _ = process.communicate(timeout=20)

    assert process.returncode == 2
    assert 'there is no line such as "worker: celery -A tasks worker"' in output
