"""Fixtures of the tests of delivery."""

import pytest

from pipeline.responsys.actions import custom_event
from pipeline.responsys.actions.custom_event import CustomEvent
from tests.deliver.environment import Environment


@pytest.fixture
def action():
    """Return the action of the destination, in the place of a custom event."""
    return CustomEvent


@pytest.fixture
def environment(redis, engine, records, vault, oracle, monkeypatch, action):
    """Both stores, an account behind a faked wire, and one destination."""
    monkeypatch.setattr(custom_event, "CustomEvent", action)
    return Environment(redis, engine, records, vault)
