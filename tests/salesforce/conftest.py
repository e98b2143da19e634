"""An org of the emulator, in a process of its own, and clients of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from pipeline.model.call import Timeouts
from pipeline.salesforce.client import SalesforceClient
from pipeline.salesforce.connector import SalesforceConnector
from pipeline.salesforce.opening import open_clients
from tests.emulators.salesforce.conftest import APP, Salesforce
from tests.emulators.salesforce.conftest import process as process

TIMEOUTS = Timeouts(connect=5, read=10, call=20)


@pytest.fixture
def org(process: str) -> Iterator[Salesforce]:
    """An empty org; no call may break a rule of it unless a test says so."""
    org = Salesforce(process)
    org.order("reset", {})
    yield org
    assert org.violations() == []


@pytest.fixture
def connector(process: str) -> SalesforceConnector:
    return SalesforceConnector(
        name="crm",
        title="Acme",
        host=process,
        client_id=APP["client_id"],
        client_secret=APP["client_secret"],
    )


@pytest.fixture
def client_of(redis: Any, vault: Any, connector: SalesforceConnector) -> Callable[..., SalesforceClient]:
    """Makes clients of the connector, with changes; they share their tokens."""
    make = open_clients(redis, vault, take=lambda *_, **__: 0.0, minute=60.0, timeouts=TIMEOUTS)
    return lambda **changes: make(replace(connector, **changes))
