"""A house on both databases and a real Redis, for tests of snapshots."""

import pytest
from redis import Redis
from sqlalchemy import Engine

from pipeline.records.records import Records
from tests.snapshots.house import House


@pytest.fixture
def house(redis: Redis, engine: Engine, records: Records) -> House:
    """A house with one destination."""
    return House(redis, engine, records)
