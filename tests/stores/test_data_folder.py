import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.cli import COMMANDS, main
from pipeline.errors import Misconfigured
from pipeline.stores.data_folder import locked, usable
from tests.fixtures.commands import CommandRunner
from tests.processes import ROOT

WORDS = ["status", "stats", "export", "up", "web", "adopt", "rotate-keys", "keys list", "dead-letters list"]
WORDS += ["pause acme", "flush lapsed", "send lapsed -", "sync lapsed -", "check acme", "erase p-1"]
WORDS += ["alerts list", "channels list", "profiles show 1", "imports files x", "events tail"]
WORDS += ["people explain person:1", "conflicts list", "plan lapsed --records 1", "rules entries"]
WORDS += ["consent explain person:1", "pairs list"]


@pytest.fixture
def command(tmp_path):
    def run(words, folder, *through):
        env = {**os.environ, "ACTIVATION_DATA_DIR": str(folder), "ACTIVATION_BROKER_URL": ""}
        code = "from pipeline.cli import main; main()"
        return subprocess.run(
            [*through, sys.executable, "-c", code, *words.split()],
            cwd=ROOT, env=env, input="", capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    return run


@pytest.mark.parametrize("words", WORDS)
def test_a_data_folder_that_is_none_is_reported_in_one_line(tmp_path, words):
    (tmp_path / "file").touch()
    env = {"ACTIVATION_DATA_DIR": str(tmp_path / "file"), "ACTIVATION_BROKER_URL": ""}

    result = CommandRunner(env=env).invoke(main, words.split(), input="")

    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert str(tmp_path / "file") in result.stderr


def test_all_commands_that_open_stores_were_tried():
    without = {"demo", "apply", "resume", "trace", "emulator", "completion"}

    assert COMMANDS.keys() - {word.split()[0] for word in WORDS} == without


def one_line(result):
    """Hold the end of a command to what is promised."""
    assert result.returncode == 2, result.stderr
    assert len(result.stderr.splitlines()) == 1
    return result.stderr


AS_USERS_DO = [] if os.geteuid() else ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all"]


# Each command in a process of its own, after a command of the shell, but the program is imported once.
EACH = """
import json, os, subprocess, sys, tempfile
from pipeline.cli import main

commands, ends = json.loads(sys.argv[1]), {}
for words in commands:
    main.get_command(None, words.split()[0])
for words in commands:
    subprocess.run(sys.argv[2], shell=True, check=True)
    with tempfile.TemporaryFile("w+") as said:
        if (child := os.fork()) == 0:
            os.dup2(said.fileno(), 2)
            main(words.split())
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.seek(0)
        ends[words] = {"returncode": code, "stderr": said.read()}
print(json.dumps(ends))
"""


@pytest.fixture(scope="module")
def read_only_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("read-only") / "data"
    folder.mkdir(mode=0o500)
    return folder


def ends_of(commands, folder, *through, before="true"):
    """Run commands in a data folder, each after ``before``; return their exit codes and errors."""
    env = {**os.environ, "ACTIVATION_DATA_DIR": str(folder), "ACTIVATION_BROKER_URL": ""}
    ended = subprocess.run(
        [*through, sys.executable, "-c", EACH, json.dumps(commands), before],
        cwd=ROOT, env=env, input="", capture_output=True, text=True, timeout=150,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return {words: SimpleNamespace(**end) for words, end in json.loads(ended.stdout).items()}


@pytest.fixture(scope="module")
def ends(read_only_folder):
    """How all commands end in a folder that nothing can be written to."""
    return ends_of(WORDS, read_only_folder, *AS_USERS_DO)


@pytest.mark.skipif(bool(AS_USERS_DO) and not shutil.which("setpriv"), reason="root may write everywhere")
@pytest.mark.parametrize("words", WORDS)
def test_a_read_only_folder_is_reported_in_one_line(ends, read_only_folder, words):
    said = one_line(ends[words])

    assert "Permission denied" in said
    assert str(read_only_folder) in said


def can_mount():
    if os.geteuid() or not shutil.which("unshare"):
        return False
    mount = "mount -t tmpfs none /mnt"
    return subprocess.run(["unshare", "-m", "sh", "-c", mount], capture_output=True).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="only root can make a small disk")
@pytest.mark.parametrize("size", ["16k", "96k"])
def test_a_full_disk_is_reported_in_one_line(tmp_path, size):
    folder = tmp_path / "data"
    folder.mkdir()
    commands = ["status", "up", "web", "check acme", "pause acme"]

    ends = ends_of(commands, folder, "unshare", "-m", before=f"mount -t tmpfs -o size={size} none {folder}")

    assert [words for words in commands if str(folder) not in one_line(ends[words])] == []


@pytest.mark.skipif(not can_mount(), reason="only root can make a small disk")
def test_web_starts_no_process_without_room_for_its_key(command, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    fill = f'mount -t tmpfs -o size=1m none {folder} && mkdir -m 700 {folder}/secret.key && exec "$@"'

    assert "secret key" in one_line(command("web", folder, "unshare", "-m", "sh", "-c", fill, "-"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
@pytest.mark.parametrize("words", ["status", "up"])
def test_a_folder_of_another_user_is_reported_in_one_line(tmp_path, words):
    """The processes of tests cannot reach the program as another user, so only the rights are given up."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    code = "import os; os.setegid(65534); os.seteuid(65534); from pipeline.cli import main; main()"
    env = {**os.environ, "ACTIVATION_DATA_DIR": str(folder), "ACTIVATION_BROKER_URL": ""}

    result = subprocess.run(
        [sys.executable, "-c", f"import sqlite3, pipeline.cli.{words}; {code}", words],
        cwd=ROOT, env=env, capture_output=True, text=True,
    )  # fmt: skip

    assert result.returncode == 2, result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "Permission denied" in result.stderr


DAMAGED = {
    "activation.db": ["status", "export", "dead-letters list", "keys list", "events tail"],
    "secret.key": ["status", "export", "rotate-keys", "check acme"],
}


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\n", b"{}", b"[1]", b"0" * 5_000])
def test_a_damaged_file_makes_no_traceback(tmp_path, server_url, redis, name, content):
    (tmp_path / name).write_bytes(content)
    env = {"ACTIVATION_DATA_DIR": str(tmp_path), "ACTIVATION_BROKER_URL": server_url}

    for words in DAMAGED[name]:
        result = CommandRunner(env=env).invoke(main, words.split())

        assert result.exit_code in (0, 2), words
        assert result.exception is None or isinstance(result.exception, SystemExit), words


def test_a_full_disk_is_reported_with_the_folder(tmp_path):
    with pytest.raises(Misconfigured, match="No space left"), usable(tmp_path, alone=True):
        raise OSError(28, "No space left on device")


def test_an_error_of_another_file_passes(tmp_path):
    with pytest.raises(FileNotFoundError), usable(tmp_path / "data"):
        Path("/nowhere/at/all").read_text()


def test_a_lock_is_free_again_when_it_was_left(tmp_path):
    for _ in range(2):
        with (
            locked(tmp_path, "lock", "no: {process}"),
            pytest.raises(Misconfigured, match=f"no: {os.getpid()}"),
            locked(tmp_path, "lock", "no: {process}"),
        ):
            pass
