"""Steps that no row needs, rows that need no step, and steps of one function told apart after a crash."""

import pytest

from pipeline.deliver import events
from pipeline.deliver.decide import decide
from pipeline.deliver.events import Answered
from pipeline.deliver.moves import NextStep, Retry, Settle
from pipeline.deliver.progress import Progress
from pipeline.model.action import Step
from pipeline.model.call import Done, Rejection
from tests.deliver.export import Export, call
from tests.deliver.jobs import made

CALLS = "calls"
PLAN = ("find calls", "find again calls", "write calls")


def nothing(rows, _):
    return [None] * len(rows)


def learn_moved(rows, answer):
    return {n: {"moved": one} for n, one in enumerate(answer)}


class FindAgain(Export):
    """A made-up action whose steps share a function, and the second of which is for rows that were moved."""

    functions = (CALLS,)
    ignores_leavers = True

    def steps(self, rows):
        return (
            Step("find", CALLS, call(CALLS, "/find"), nothing, learn=learn_moved),
            Step(
                "find again",
                CALLS,
                call(CALLS, "/again"),
                nothing,
                needed=lambda left: any(row.identifiers["moved"] for row in left),
            ),
            Step("write", CALLS, call(CALLS, "/write"), nothing, repeatable=False),
        )


def job_at(step, **options):
    learned = {n: {"moved": ""} for n in range(2)}
    progress = Progress(step, {}, PLAN, learned=learned if step else {}).dumps()
    return made(FindAgain, function=CALLS, progress=progress, **options)


@pytest.mark.parametrize(("moved", "step"), [(("", ""), 2), (("", "1"), 1)])
def test_a_step_that_no_row_needs_is_skipped(moved, step):
    then = decide(job_at(0), Answered(list(moved)))

    assert isinstance(then, NextStep)
    assert then.progress.step == step


def test_rows_of_leavers_take_no_part_where_these_are_ignored():
    job = made(FindAgain, function=CALLS, leavers=("p0",))

    assert [row.profile_id for row in job.plan.rows] == ["p1"]
    assert job.verdicts == [Done(), None]
    all_leave = made(FindAgain, function=CALLS, leavers=("p0", "p1"))
    assert decide(all_leave, events.OtherPermit()) == Settle([Done(), Done()])


def test_a_worker_killed_while_it_found_has_written_nothing():
    """Though the write, which has the function of the search, must not be repeated."""
    for job in (job_at(0), made(FindAgain, function=CALLS)):
        then = decide(job, events.Lapsed())
        assert isinstance(then, Retry)


def test_a_worker_killed_while_it_wrote_may_have_written():
    then = decide(job_at(2), events.Lapsed())

    assert then.verdicts == [Rejection("OutcomeUnknown", "write: the worker stopped during the call")] * 2
