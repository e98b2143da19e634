"""Ports that `activation up` chooses for its processes."""

import socket
import sys
from contextlib import ExitStack

import pytest

from pipeline.runtime.ports import moved
from pipeline.settings import Settings


@pytest.fixture
def free():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def settings(tmp_path, free):
    return Settings.load({"ACTIVATION_DATA_DIR": str(tmp_path)})


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no names that end with their process")
def test_a_port_is_chosen_once_before_a_process_listens_on_it(settings, free):
    """Two that start at one moment would give both processes one port, and one of these would fail."""
    commands = {"flower": f"celery flower --port={free}"}

    with ExitStack() as first, ExitStack() as second:
        one, *_ = moved(commands, settings, first)
        other, variables, _ = moved(commands, settings, second)

    assert one == commands
    assert other["flower"] != one["flower"]
    assert variables["ACTIVATION_FLOWER_URL"].endswith(other["flower"].partition("=")[2])


def test_a_port_is_free_again_when_all_has_ended(settings, free):
    commands = {"flower": f"celery flower --port={free}"}
    for _ in range(2):
        with ExitStack() as chosen:
            assert moved(commands, settings, chosen)[0] == commands
