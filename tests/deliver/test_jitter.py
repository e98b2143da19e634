"""Full jitter of next tries, of which other tests are spared."""

import random

import pytest

from pipeline.deliver.effects import jittered


@pytest.mark.parametrize("bound", [0, 1])
def test_a_try_is_put_off_for_any_time_up_to_the_back_off(monkeypatch, bound):
    monkeypatch.setattr(random, "uniform", lambda *bounds: bounds[bound])

    assert jittered(300.0) == (0, 300.0)[bound]


def test_without_a_back_off_a_try_may_go_at_once():
    assert jittered(0) == 0
