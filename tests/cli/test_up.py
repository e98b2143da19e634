"""`activation up` in processes of its own, with a real embedded Redis."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from pipeline.cli.up import read_commands
from pipeline.errors import Misconfigured
from pipeline.stores.embedded import can_lock
from tests.processes import ROOT
from tests.processes.environment import until

UP = (
    "from pipeline.cli import main; from pipeline.runtime import restarts; restarts.LONGEST = LONGEST; "
    "main(['up', '--procfile', 'PROCFILE'])"
)
LONG = 120  # seconds; on a busy machine all of this takes longer


@pytest.fixture
def up(tmp_path):
    """Start `activation up` on a Procfile of these lines."""
    started = []

    def start(*lines, longest=30):
        procfile = tmp_path / "Procfile"
        procfile.write_text("\n".join(lines))
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                UP.replace("PROCFILE", str(procfile)).replace("= LONGEST", f"= {longest}"),
            ],
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


def said_until(process, text):
    """Return all lines up to the one that has a text."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return "".join(lines)
    raise AssertionError(f"it never said {text}, but {lines}")


def pid_said(process, name):
    """Read on until a process of the Procfile says its id."""
    return int(read_until(process, f"{name} | pid=").rpartition("=")[2])


def test_a_process_that_ends_by_itself_is_started_again_and_the_others_go_on(up):
    process = up("good: sh -c 'echo pid=$$; sleep 60'", "bad: sh -c 'echo pid=$$; sleep 60'")
    os.kill(pid_said(process, "bad "), signal.SIGKILL)

    assert read_until(process, "bad  | ended by SIGKILL").endswith("ended by SIGKILL; started again in 1 s\n")
    assert read_until(process, "| pid=").partition("| ")[0].endswith("bad  ")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=LONG)
    assert process.returncode == 0


def test_when_one_fails_five_times_within_a_minute_all_are_stopped_and_it_is_named(up):
    process = up("good: sleep 60", "bad: sh -c 'exit 3'", longest=0.05)

    output, _ = process.communicate(timeout=LONG)

    assert process.returncode == 1
    assert output.count("ended with exit code 3; started again in 0.05 s") == 4
    assert '"bad" failed five times within a minute, so everything was stopped' in output


@pytest.mark.parametrize(("told", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_stops_when_told_to(up, told, code):
    process = up("one: sh -c 'echo ready; sleep 60'", "two: sleep 60")
    read_until(process, "| ready")

    process.send_signal(told)

    process.communicate(timeout=LONG)
    assert process.returncode == code


@pytest.mark.parametrize(
    ("told", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)], ids=["Ctrl-C", "SIGTERM"]
)
def test_it_stops_while_it_waits_for_a_store(up, tmp_path, told, code):
    """Another process has the lock of the embedded server, and no server answers."""
    folder = tmp_path / "data" / "redis"
    folder.mkdir(parents=True)
    with (folder / "redis.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = up("good: sleep 60")
        until(lambda: not can_lock(folder / "redis.users", fcntl.LOCK_EX), what="a start that waits")
        process.send_signal(told)
        process.send_signal(told)

        assert process.stdout.read() == ""
        assert process.wait(LONG) == code


def test_processes_are_given_the_stores_and_the_password_of_flower(up, tmp_path):
    process = up("one: sh -c 'env; echo told; sleep 60'")

    output = said_until(process, "| told")

    kept = (tmp_path / "data" / "flower.password").read_text().strip()
    assert "ACTIVATION_BROKER_URL=redis://:" in output
    assert f"ACTIVATION_DATA_DIR={tmp_path / 'data'}\n" in output
    assert f"FLOWER_BASIC_AUTH=activation:{kept}\n" in output
    assert (tmp_path / "data" / "flower.password").stat().st_mode & 0o777 == 0o600


def test_the_start_ends_with_what_runs_and_where(up, tmp_path):
    data = tmp_path / "data"
    process = up("one: sleep 60", "flower: sleep 60")

    output = said_until(process, "Ctrl-C stops everything.")

    assert output.splitlines()[1:] == [
        "  one          started",
        f"  flower       started  user activation, password in {data / 'flower.password'}",
        f"  Redis        embedded, in {data / 'redis'}",
        f"  SQL          sqlite:///{data / 'activation.db'}",
        f"  data folder  {data}",
        "",
        "  Ctrl-C stops everything.",
    ]


def test_a_closed_output_stops_nothing(up, tmp_path):
    """A worker would wait for ever to write its next line."""
    mark = tmp_path / "mark"
    process = up(f"one: sh -c 'echo ready; sleep 1; seq 100000; echo done > {mark}; sleep 60'")
    read_until(process, "| ready")
    process.stdout.close()

    deadline = time.monotonic() + LONG
    while not mark.exists() and time.monotonic() < deadline:
        time.sleep(0.05)

    assert mark.exists()
    assert process.poll() is None


def test_a_procfile_without_commands_is_refused(up):
    process = up("# nothing")

    output, _ = process.communicate(timeout=LONG)

    assert process.returncode == 2
    assert 'there is no line such as "worker: celery -A tasks worker"' in output


def test_a_procfile_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "Procfile").write_bytes(b"web: \xff")

    with pytest.raises(Misconfigured, match="is no text in UTF-8"):
        read_commands(tmp_path / "Procfile")


def test_a_second_one_in_the_same_data_folder_is_reported_that_one_runs(up):
    first = up("one: sh -c 'echo begun; sleep 60'")
    read_until(first, "begun")

    output, _ = up("one: sleep 60").communicate(timeout=LONG)

    assert f"`activation up` runs in this data folder already, as process {first.pid}" in output
    assert first.poll() is None


def test_a_port_that_is_taken_gives_way_to_the_next_and_is_reported(up):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = up(f"one: sh -c 'echo --port=$0; sleep 60' --port={port}")

        line = read_until(process, "is taken")

    assert line.startswith(f"one: port {port} is taken, so it listens on ")
