"""That the judge of imports sees what is wrong; ``make chaos RUN=imports`` is the real thing."""

from dataclasses import replace

import pytest

from tests.chaos.imports.outcome import ImportsOutcome
from tests.chaos.imports.storms import drawn
from tests.chaos.storms import Log
from tests.processes.import_totals import Totals

SOUND = ImportsOutcome(drawn(7, 60), 1.0, 3, 1, Totals({"CLICK": 2}, 1), (), (), 0, Log())


def test_the_seed_decides_which_storms_come():
    assert drawn(7, None) == drawn(7, None)
    assert drawn(7, None).storms != drawn(8, None).storms


@pytest.mark.parametrize("seed", range(20))
def test_every_kind_of_storm_comes_in_two_minutes(seed):
    kinds = {storm.kind for storm in drawn(seed, 120).storms}

    assert kinds == {
        "SIGKILL", "SIGTERM", "Redis killed", "SQL locked", "SQL away", "SFTP cut", "SFTP half-open"
    }  # fmt: skip


def test_files_that_landed_once_break_no_promise():
    assert SOUND.broken == []


@pytest.mark.parametrize(
    ("wrong", "promise"),
    [
        ({"differing": ["store"]}, "store is not as it was written"),
        ({"failed": ["its archive is cut"]}, "a file failed: its archive is cut"),
        ({"spooled": 1}, "1 files are left in the spool"),
        ({"log": Log(died=["imports1: Killed"])}, "workers died by themselves: 1"),
    ],
)
def test_a_promise_that_was_broken_is_named(wrong, promise):
    assert replace(SOUND, **wrong).broken == [promise]
