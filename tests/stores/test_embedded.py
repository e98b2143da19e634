import fcntl
import os
import signal
import socket
import stat
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
import pytest
import redis as redis_py

from pipeline.errors import Misconfigured
from pipeline.stores import embedded, embedded_keeper
from pipeline.stores.broker import connect
from pipeline.stores.embedded import embedded_server
from pipeline.stores.embedded_address import Address, last_address
from tests.processes import start

SERVE = """
import sys
from pathlib import Path
from pipeline.stores.embedded import embedded_server
with embedded_server(Path(sys.argv[1])) as url:
    print(url, flush=True)
    input()
"""

COME_AND_GO = """
import sys
from pathlib import Path
from pipeline.stores.broker import connect
from pipeline.stores.embedded import embedded_server
found = 0
for _ in range(15):
    with embedded_server(Path(sys.argv[1])) as url, connect(url) as client:
        found += client.ping()
print(found)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a folder"


def server_of(url: str) -> psutil.Process:
    with connect(url) as client:
        return psutil.Process(client.info("server")["process_id"])


def keeper_of(url: str) -> psutil.Process:
    keeper = server_of(url).parent()
    assert "embedded_keeper" in repr(keeper.cmdline())
    return keeper


def wait_for_another(than: psutil.Process, url: str) -> psutil.Process:
    """Wait until another server answers in the place of one that was killed."""
    while True:
        with suppress(redis_py.ConnectionError), connect(url) as client:
            client.ping()
            if (server := server_of(url)) != than:
                return server
        time.sleep(0.02)


def opened_for_reading(pipe: Path) -> int:
    """Wait until somebody reads a pipe; return its other end."""
    while True:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.02)


def wait_for_end(folder: Path) -> None:
    """The server holds this lock for as long as it lives."""
    with open(folder / "redis.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


def test_it_keeps_what_it_is_given_and_never_makes_room(folder):
    with embedded_server(folder) as url, connect(url) as client:
        settings = client.config_get("appendonly", "appendfsync", "maxmemory-policy", "save", "bind")

    assert settings == {
        "appendonly": "yes",
        "appendfsync": "no",
        "maxmemory-policy": "noeviction",
        "save": "",
        "bind": "127.0.0.1",
    }


def test_its_keeper_puts_every_part_of_its_file_on_the_disk(folder):
    """A pipe in the place of a part can be written to while somebody has it open for reading, no sooner."""
    with embedded_server(folder) as url:
        part = folder / "appendonlydir" / "another.incr.aof"
        os.mkfifo(part)

        os.close(opened_for_reading(part))

        assert keeper_of(url).is_running()


def test_a_part_is_put_on_the_disk_though_another_is_gone_meanwhile(folder, monkeypatch):
    (folder / "appendonlydir").mkdir(parents=True)
    for name in ("1.incr.aof", "2.incr.aof"):
        (folder / "appendonlydir" / name).touch()
    synced = []

    def first_one_is_gone(descriptor):
        synced.append(descriptor)
        if len(synced) == 1:
            raise FileNotFoundError

    monkeypatch.setattr(os, "fsync", first_one_is_gone)
    embedded_keeper.sync(folder)

    assert len(synced) == 2


def test_whoever_comes_second_joins_and_leaves_it_running(folder):
    with embedded_server(folder) as first, connect(first) as client:
        with embedded_server(folder) as second:
            assert second == first

        assert client.ping()


def test_processes_that_start_at_once_share_one_server(folder):
    processes = [start(SERVE, folder) for _ in range(4)]

    urls = {process.stdout.readline() for process in processes}

    for process in processes:
        process.communicate("\n", timeout=60)
    assert len(urls) == 1
    assert [process.returncode for process in processes] == [0, 0, 0, 0]


def test_its_last_user_stops_it(folder):
    with embedded_server(folder) as url:
        server, keeper = server_of(url), keeper_of(url)

    assert not server.is_running()
    assert not keeper.is_running() or keeper.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("end", [lambda user: user.communicate("\n", timeout=60), lambda user: user.kill()])
def test_it_outlives_the_process_that_started_it_as_long_as_another_uses_it(folder, end):
    starter = start(SERVE, folder)
    url = starter.stdout.readline().strip()
    server = server_of(url)

    with embedded_server(folder) as joined:
        end(starter)
        starter.communicate(timeout=60)

        assert joined == url
        assert server_of(url) == server
    assert not server.is_running()


def test_processes_that_come_and_go_at_once_always_find_it(folder):
    """A user that comes while the server is about to end waits for that, and starts it again."""
    processes = [start(COME_AND_GO, folder) for _ in range(3)]

    outputs = [process.communicate(timeout=120)[0] for process in processes]

    assert outputs == ["15\n"] * 3
    wait_for_end(folder)


def test_a_killed_server_is_back_in_its_place_with_its_data(folder):
    """Otherwise `activation up` would wait for it for ever."""
    with embedded_server(folder) as url:
        server = server_of(url)
        with connect(url) as client:
            client.rpush("intake:0", *range(1000))
        server.kill()
        another = wait_for_another(server, url)

        with connect(url) as client:
            assert client.llen("intake:0") == 1000
    assert not another.is_running()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_the_server_ends_with_a_killed_keeper_and_the_next_user_starts_both_in_the_same_place(folder):
    user = start(SERVE, folder)
    url = user.stdout.readline().strip()
    with connect(url) as client:
        client.set("key", "value")
    keeper_of(url).kill()
    wait_for_end(folder)

    with embedded_server(folder) as again, connect(url) as client:
        user.communicate("\n", timeout=60)

        assert again == url
        assert client.get("key") == b"value"


def test_data_survives_an_orderly_end(folder):
    with embedded_server(folder) as url, connect(url) as client:
        client.set("key", "value")

    with embedded_server(folder) as url, connect(url) as client:
        assert client.get("key") == b"value"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_the_server_ends_in_order_when_its_owner_is_killed(folder):
    owner = start(SERVE, folder)
    with connect(owner.stdout.readline().strip()) as client:
        client.set("key", "value")

    owner.send_signal(signal.SIGKILL)
    owner.communicate(timeout=60)
    wait_for_end(folder)

    assert "User requested shutdown" in (folder / "redis.log").read_text()
    with embedded_server(folder) as url, connect(url) as client:
        assert client.get("key") == b"value"


def test_the_server_outlives_the_thread_that_asked_for_it(folder):
    """The kernel looks at the thread, not the process, that started it."""
    with ExitStack() as opened:
        urls: list[str] = []
        thread = threading.Thread(target=lambda: urls.append(opened.enter_context(embedded_server(folder))))
        thread.start()
        thread.join()

        with connect(urls[0]) as client:
            assert client.ping()


def test_ctrl_c_in_the_terminal_does_not_reach_it(folder):
    """It goes to all processes of the session; workers still need Redis to finish."""
    with embedded_server(folder) as url:
        assert os.getsid(server_of(url).pid) != os.getsid(0)


def test_everything_it_writes_is_for_its_owner_only(folder):
    with embedded_server(folder):
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]}

    assert modes == {
        "a folder": 0o700,
        "redis.conf": 0o600,
        "redis.json": 0o600,
        "redis.lock": 0o600,
        "redis.users": 0o600,
        "redis.log": 0o600,
        "appendonlydir": 0o700,
    }


def test_the_password_is_in_no_process_argument_nor_representation(folder):
    with embedded_server(folder) as url:
        address = Address.loads((folder / "redis.json").read_text())
        arguments = [process.info["cmdline"] for process in psutil.process_iter(["cmdline"])]

        assert address.url == url
        assert address.password not in repr(arguments)
        assert address.password not in repr(address)


def test_it_refuses_who_does_not_know_the_password(folder):
    with embedded_server(folder) as url:
        wrong = url.replace("redis://:", "redis://:x")

        with connect(wrong) as client, pytest.raises(redis_py.AuthenticationError):
            client.ping()


def test_it_comes_back_where_it_was(folder):
    """Otherwise those who were connected would not find it."""
    with embedded_server(folder) as first:
        pass

    with embedded_server(folder) as second:
        assert second == first


def test_it_goes_elsewhere_when_its_port_is_taken(folder):
    with embedded_server(folder) as first:
        port = Address.loads((folder / "redis.json").read_text()).port

    with socket.create_server(("127.0.0.1", port)), embedded_server(folder) as second:
        assert second != first
        with connect(second) as client:
            assert client.ping()


def test_a_spoilt_state_file_is_replaced(folder):
    folder.mkdir()
    (folder / "redis.json").write_text('{"port": "x"')

    with embedded_server(folder) as url, connect(url) as client:
        assert client.ping()


@pytest.mark.parametrize(
    "text",
    [
        "\N{SNOWMAN}",
        "[1]",
        '{"port": null, "password": "p"}',
        '{"port": 99999, "password": "p"}',
        '{"port": true, "password": "p"}',
        '{"port": 7000, "password": 7}',
        '{"port": 7000, "password": "p\\nsave 1 1"}',
    ],
)
def test_a_state_file_without_an_address_counts_as_none(tmp_path, text):
    (tmp_path / "redis.json").write_text(text)

    assert last_address(tmp_path) is None


def test_why_it_does_not_start_is_said_with_its_own_words(folder):
    with embedded_server(folder):
        pass
    (folder / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")

    with (
        pytest.raises(Misconfigured, match=r"the embedded Redis server does not start: .*AOF"),
        embedded_server(folder),
    ):
        pass


def test_a_lock_without_a_server_behind_it_is_reported(folder, monkeypatch):
    monkeypatch.setattr(embedded, "START_TIMEOUT", 0.1)
    folder.mkdir()
    with open(folder / "redis.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with (
            pytest.raises(Misconfigured, match=r"another process holds .*redis\.lock, but no server"),
            embedded_server(folder),
        ):
            pass
