"""An environment on both databases and a real Redis, for tests of snapshots."""

import pytest
from redis import Redis
from sqlalchemy import Engine

from pipeline.records.records import Records
from tests.snapshots.environment import Environment


@pytest.fixture
def environment(redis: Redis, engine: Engine, records: Records) -> Environment:
    """An environment with one destination."""
    return Environment(redis, engine, records)
