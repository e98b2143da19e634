"""Houses for tests: one for each file, put in order again before each of its tests."""

from collections.abc import Iterator

import pytest

from tests.processes.house import FOUR, House, house


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two workers that accept, two that deliver; a minute lasts two seconds."""
    with house(tmp_path_factory.mktemp("house"), *FOUR) as opened:
        yield opened


@pytest.fixture
def home(shared_house: House) -> Iterator[House]:
    """The house of this file; a test that stops something of it starts it again."""
    yield shared_house
    shared_house.emulator.order("faults", [])
    assert shared_house.emulator.violations() == []
    assert [worker.alive() for worker in shared_house.workers] == [True] * 4
