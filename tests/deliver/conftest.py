"""Fixtures of the tests of delivery."""

import pytest

from pipeline.responsys import actions
from pipeline.responsys.actions.custom_event import CustomEvent
from tests.deliver.environment import Environment


@pytest.fixture
def action():
    """Return the action of the destination, in the place of a custom event."""
    return CustomEvent


@pytest.fixture
def environment(redis, engine, records, vault, oracle, monkeypatch, action):
    """Both stores, an account behind a faked wire, and one destination."""
    monkeypatch.setitem(actions.ACTIONS, "custom_event", action)
    return Environment(redis, engine, records, vault)
