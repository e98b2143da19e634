"""A house on both databases and a real Redis, for tests of snapshots."""

import pytest
from redis import Redis
from sqlalchemy import Engine

from pipeline.catalog import Records
from tests.snapshots.house import House


@pytest.fixture
def house(redis: Redis, engine: Engine, records: Records) -> House:
    """A house with one destination."""
    return House(redis, engine, records)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and chunks of a few rows."""
    monkeypatch.setattr("pipeline.snapshots.sending.PAGE", 4)
    monkeypatch.setattr("pipeline.snapshots.staging.CHUNK", 3)
    monkeypatch.setattr("pipeline.snapshots.cleaning.DELETED", 3)
    monkeypatch.setattr("pipeline.chunk.MAX_ENTRIES", 2)
