"""Workers die at any moment, and Redis once; ``kills.py`` runs for longer."""

from tests.processes.house import FOUR, house
from tests.processes.kills import UNKNOWN, Outcome, Plan, run


def test_every_activation_has_one_fate_and_keeps_its_order_whoever_is_killed(tmp_path):
    with house(tmp_path, *FOUR) as home:
        outcome = run(home, Plan())

    assert outcome.kills >= 6
    assert outcome.dead_letters.keys() <= UNKNOWN
    assert outcome == Outcome(
        sent=20_000,
        delivered=20_000 - sum(outcome.dead_letters.values()) + outcome.also_delivered,
        dead_letters=outcome.dead_letters,
        also_delivered=outcome.also_delivered,
        kills=outcome.kills,
        stall=outcome.stall,
        duplicates=[],
        lost=[],
        wrongly_refused=[],
        out_of_order=[],
        missing_from_books=0,
    )
