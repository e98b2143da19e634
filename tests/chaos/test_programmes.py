"""That the judge of programmes sees what is wrong, and a storm of some seconds."""

from dataclasses import replace

import pytest

from tests.chaos.plan import Plan, Storm
from tests.chaos.programmes.entered import Entered
from tests.chaos.programmes.outcome import ProgrammesOutcome
from tests.chaos.programmes.run import drawn, run
from tests.chaos.storms import Log

SOUND = Entered("nurture", 3, 2, (), {"sent": 2, "unknown": 1}, {"OutcomeUnknown": 1}, 0, 0, 0, 0, 0)
OUTCOME = ProgrammesOutcome(drawn(7, 3, 60), 1.0, [SOUND], 0, 0, Log(), (), {})


def test_the_seed_decides_which_storms_come():
    assert drawn(7, None, None) == drawn(7, None, None)
    assert drawn(7, None, None).storms != drawn(8, None, None).storms


def test_people_who_are_listed_with_a_reason_break_no_promise():
    assert OUTCOME.broken == []


@pytest.mark.parametrize(
    ("wrong", "promise"),
    [
        ({"lost": 2}, "nurture: 2 people neither entered nor listed"),
        ({"twice": ("ann@example.com",)}, "nurture: 1 people entered twice"),
        ({"late": 1}, "nurture: 1 entries without a verdict"),
        ({"wrongly_sent": 1}, "nurture: 1 entries called sent without an event"),
        ({"wrongly_refused": 1}, "nurture: 1 events of entries that are called refused"),
        ({"missing_from_books": 1}, "nurture: 1 missing from the books"),
    ],
)
def test_a_promise_to_people_that_was_broken_is_named(wrong, promise):
    assert replace(OUTCOME, rules=[replace(SOUND, **wrong)]).broken == [promise]


def test_a_record_that_a_mark_has_passed_is_named():
    assert replace(OUTCOME, passed=1).broken == ["1 records that a mark has passed"]


def test_a_short_storm_keeps_nobody_out_of_a_programme():
    storms = (Storm("SIGTERM", at=0.5), Storm("SQL locked", at=1, lasts=1))

    outcome = run(Plan("smoke", 1, 50, 2.5, storms, crew=("both", "sync"), proxied=0, trouble=False), print)

    assert outcome.broken == []
    assert [rule.states for rule in outcome.rules] == [{"sent": 50}] * 2
