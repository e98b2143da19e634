"""Streams on both databases, a real Redis, and an org in a process of its own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import Engine

from pipeline.salesforce.client import SalesforceClient
from tests.emulators.salesforce.conftest import Salesforce
from tests.emulators.salesforce.conftest import process as process
from tests.salesforce.conftest import client_of as client_of
from tests.salesforce.conftest import connector as connector
from tests.salesforce.conftest import org as org
from tests.streams.environment import Streams


@pytest.fixture
def streams(redis: Redis, events: Engine, org: Salesforce, client_of: Callable[..., SalesforceClient]) -> Any:
    return Streams(redis, events, org, client_of())


@pytest.fixture
def small_pages() -> Iterator[None]:
    """Pages of 200 records and chunks of 50, for tests of what lies between two of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.salesforce.record_reader.PAGE_ROWS", 200)
        patch.setattr("pipeline.streams.stream_outbox.MAX_ENTRIES", 50)
        patch.setattr("pipeline.produce.chunk.MAX_ENTRIES", 50)
        yield
