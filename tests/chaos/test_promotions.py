"""Promotions under load, few enough for every run; twenty are ``python -m tests.chaos.promotions``."""

import pytest

from tests.chaos.promotions import run


@pytest.mark.timeout(400)
def test_with_one_replica_to_wait_for_nothing_is_lost_and_nothing_sent_twice(tmp_path):
    outcome = run(tmp_path, promotions=2, activations=1_000, replicas=1)

    assert outcome.sound, outcome
    assert outcome.accepted == 1_000
