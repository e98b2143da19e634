"""Environments for tests: one for each file or folder, checked and without faults after each of its tests."""

from collections.abc import Iterator

import pytest

from tests.processes.environment import FOUR, Environment, open_environment


@pytest.fixture(scope="module")
def shared_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """Two workers that accept, two that deliver; a minute lasts two seconds."""
    with open_environment(tmp_path_factory.mktemp("environment"), *FOUR) as opened:
        yield opened


@pytest.fixture
def environment(shared_environment: Environment) -> Iterator[Environment]:
    """The environment of this file or folder; a test that stops something of it starts it again."""
    yield shared_environment
    shared_environment.emulator.order("faults", [])
    assert shared_environment.emulator.violations() == []
    assert [worker.alive() for worker in shared_environment.workers] == [True] * 4
