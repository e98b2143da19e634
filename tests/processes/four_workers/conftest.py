"""One environment for all files of this folder, whose tests stop no worker and no store."""

from collections.abc import Iterator

import pytest

from tests.processes.environment import FOUR, Environment, open_environment


@pytest.fixture(scope="package")
def shared_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """Two workers that accept, two that deliver; a minute lasts two seconds."""
    with open_environment(tmp_path_factory.mktemp("environment"), *FOUR) as opened:
        yield opened
