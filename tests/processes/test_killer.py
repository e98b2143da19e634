"""An entry that kills every worker that accepts it: real processes, killed."""

import sys

from tests.processes.environment import END_LEASES, open_environment, until
from tests.processes.killer import KILLER
from tests.processes.limited_account import people


def killer(name):
    return [sys.executable, "-m", "tests.processes.killer", name]


def test_an_entry_that_kills_its_workers_ends_as_a_dead_letter_and_the_others_are_sent(tmp_path):
    with open_environment(
        tmp_path, "deliver"
    ) as environment:  # of a call nothing is known if its worker dies
        limited_account = environment.open("deadly")
        limited_account.activate([*people(40), KILLER])
        deaths = 0
        while environment.letters(KILLER) == []:
            worker = environment.employ("accept", killer, environment.env)
            until(lambda one=worker: not one.alive() or environment.letters(KILLER))
            if worker.alive():
                break
            deaths += 1
            environment.workers.remove(worker)
            environment.client.eval(END_LEASES, 0, "claimed")
        environment.drain(limited_account)

        (letter,) = environment.letters(KILLER)
        assert letter.code == "Invalid"
        assert deaths <= 6
        assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(40))
        environment.stop()
