"""A worker that writes into an org of the emulator."""

from collections.abc import Iterator

import pytest

from pipeline.runtime.worker import Worker
from pipeline.settings import Settings
from pipeline.stores.embedded import embedded_server
from tests.emulators.salesforce.conftest import Salesforce
from tests.salesforce.actions.writer import Writer


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """The parts of a worker, for all tests of a module."""
    folder = tmp_path_factory.mktemp("worker")
    with embedded_server(folder / "redis") as url:
        environ = {
            "ACTIVATION_DATA_DIR": str(folder),
            "ACTIVATION_BROKER_URL": url,
            "ACTIVATION_READ_TIMEOUT": "10",
        }
        worker = Worker(Settings.load(environ))
        yield worker
        worker.doorbell.close()
        worker.client.close()
        worker.engine.dispose()


@pytest.fixture
def writer(worker: Worker, org: Salesforce) -> Writer:
    return Writer(worker, org)
