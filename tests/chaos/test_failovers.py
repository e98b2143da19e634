"""One fail-over under load, so that the measure works; many are ``python -m tests.chaos.failovers``."""

from tests.chaos.failovers import run


def test_work_goes_on_after_connections_were_closed_again_and_again(tmp_path):
    (outcome,) = run(tmp_path, ["closed"], rounds=1)

    assert outcome.kept, outcome
    assert outcome.sound, outcome
