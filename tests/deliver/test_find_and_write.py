"""A batch that finds its records in one call and writes them in a second, decided without a store."""

from dataclasses import replace

import pytest

from pipeline.deliver import events
from pipeline.deliver.decide import decide
from pipeline.deliver.events import Answered
from pipeline.deliver.failures import MAX_ATTEMPTS, MAX_BACKOFF
from pipeline.deliver.moves import NextStep, PutOnHold, Retry, ReturnSome, SetApart, Settle
from pipeline.deliver.places import at_fresh_step
from pipeline.deliver.progress import Progress
from pipeline.model.call import Done, Rejection
from tests.deliver.found import FUNCTION, PLAN, FindAndWrite
from tests.deliver.jobs import made

NOT_FOUND = Rejection("NO_RECORD_FOUND", "find")
FOUND_AT = 1_000.0


def finding(rows=2, **changes):
    """Make a job at its first step."""
    progress = Progress(0, {}, PLAN, **changes).dumps() if changes else ""
    return made(FindAndWrite, function=FUNCTION, rows=rows, progress=progress)


def writing(rows=2, **changes):
    """Make a job at its second step."""
    progress = Progress(1, {}, PLAN, found_at=FOUND_AT, **changes).dumps()
    return made(FindAndWrite, function=FUNCTION, rows=rows, progress=progress)


def going_on(rows, **changes):
    """Return the move to the second step; ``rows``: that take part in it."""
    return NextStep(FUNCTION, Progress(1, {}, PLAN, found_at=FOUND_AT) if not changes else Progress(
        1, changes.pop("rejected", {}), PLAN, found_at=FOUND_AT, **changes
    ), f"{rows} of lapsed, next: write")  # fmt: skip


def answered(job, *cells):
    return decide(replace(job, seconds=1.0, answered_at=FOUND_AT), Answered(list(cells)))


def test_a_later_step_has_the_rows_that_remain_with_the_identifiers_that_were_learned():
    learned = {0: {"salesforce_id": "003A"}, 3: {"salesforce_id": "003D"}}

    move = answered(finding(rows=4), "003A", "same", "none", "003D")

    assert move == going_on("2 rows", rejected={2: NOT_FOUND}, done=frozenset({1}), learned=learned)
    later = made(FindAndWrite, function=FUNCTION, rows=4, progress=move.progress.dumps())
    assert [(row.profile_id, row.identifiers) for row in later.plan.rows] == [
        ("p0", {"crm_id": "C", "salesforce_id": "003A"}),
        ("p3", {"crm_id": "C", "salesforce_id": "003D"}),
    ]
    assert later.verdicts == [None, Done(), NOT_FOUND, None]


def test_a_batch_whose_rows_are_all_done_is_settled_without_its_other_steps():
    assert answered(finding(), "same", "same") == Settle([Done(), Done()])


@pytest.mark.parametrize(
    ("job", "cells", "move"),
    [
        pytest.param(finding(), ["", "locked"], SetApart((1,), 2, going_on("1 row")), id="of a first step"),
        pytest.param(
            finding(rows=3), ["locked", "none", "003C"],
            SetApart(
                (0,), 2,
                going_on("1 row", rejected={0: NOT_FOUND}, learned={1: {"salesforce_id": "003C"}}),
            ), id="the others move up",
        ),
        pytest.param(writing(), ["locked", ""], SetApart((0,), 2, Settle([None])), id="of the last step"),
        pytest.param(
            finding(rows=3), ["same", "locked", "none"], SetApart((1,), 2, Settle([Done(), NOT_FOUND])),
            id="the others are settled: done or rejected",
        ),
        pytest.param(
            writing(tried=2), ["locked", "locked"],
            NextStep(
                FUNCTION, Progress(1, {}, PLAN, found_at=FOUND_AT, tried=3),
                "UNABLE_TO_LOCK_ROW: 2 rows of lapsed, try 3 of 8", backoff=8,
            ), id="all rows: they wait as they are, ever longer",
        ),
        pytest.param(
            writing(tried=MAX_ATTEMPTS - 1), ["locked", ""],
            Settle([Rejection("UNABLE_TO_LOCK_ROW", "write: busy"), None]), id="for the last time",
        ),
    ],
)  # fmt: skip
def test_rows_that_are_to_be_tried_again_hold_up_no_others(job, cells, move):
    assert answered(job, *cells) == move


def test_no_row_waits_longer_for_its_next_try_than_any_batch():
    assert answered(writing(tried=MAX_ATTEMPTS - 2), "locked", "").backoff <= MAX_BACKOFF


@pytest.mark.parametrize(
    ("job", "cells", "then"),
    [
        pytest.param(
            finding(), ["no list", ""], ReturnSome((0,), going_on("1 row")), id="before the last step"
        ),
        pytest.param(
            finding(rows=3), ["no list", "", "locked"], ReturnSome((0, 2), going_on("1 row")),
            id="with those to be tried again",
        ),
        pytest.param(
            writing(), ["", "no list"], Settle([None, Rejection("NO_LIST", "write: no list")], (1,)),
            id="in the last step, after one that may be repeated",
        ),
    ],
)  # fmt: skip
def test_a_set_up_fault_gives_rows_back_while_the_steps_so_far_may_be_repeated(job, cells, then):
    assert answered(job, *cells) == PutOnHold("destination", Rejection("NO_LIST", "no list"), then)


def test_a_set_up_fault_after_a_step_that_must_not_be_repeated_rejects_the_row(monkeypatch):
    find, write = FindAndWrite.steps(finding().action, [])
    monkeypatch.setattr(FindAndWrite, "steps", lambda *_: (write, find))

    progress = Progress(1, {}, ("write contacts", "find contacts")).dumps()
    job = made(FindAndWrite, function=FUNCTION, progress=progress)
    assert answered(job, "", "no list") == Settle([None, Rejection("NO_LIST", "find: no list")])


@pytest.mark.parametrize(("age", "step"), [(59, 1), (61, 0), (-61, 0)])
def test_what_was_found_too_long_ago_is_found_again(age, step):
    job = at_fresh_step(writing(done=frozenset({0})), FOUND_AT + age)

    assert (job.step.name, job.progress.done) == (("find", "write")[step], {0})
    assert Progress.loads(job.progress.dumps()) == job.progress


def test_nothing_is_found_again_after_a_step_that_must_not_be_repeated(monkeypatch):
    find, write = FindAndWrite.steps(finding().action, [])
    monkeypatch.setattr(FindAndWrite, "steps", lambda *_: (find, write, write))

    progress = Progress(2, {}, (*PLAN, PLAN[1]), found_at=FOUND_AT).dumps()
    job = made(FindAndWrite, function=FUNCTION, progress=progress)
    assert at_fresh_step(job, FOUND_AT + 3600).progress.step == 2


def test_a_worker_that_died_while_it_was_finding_has_written_nothing():
    """Both steps count as one function, so that does not tell which call was out."""
    assert decide(finding(), events.Lapsed()) == Retry(
        "OutcomeUnknown: 2 rows", backoff=2, spend=True, code="OutcomeUnknown"
    )
    assert isinstance(decide(writing(), events.Lapsed()), Settle)


def test_it_is_not_known_which_call_was_out_where_the_steps_have_changed():
    progress = Progress(1, {}, ("look contacts",), found_at=FOUND_AT).dumps()
    job = made(FindAndWrite, function=FUNCTION, progress=progress)

    assert (
        decide(job, events.Lapsed()).verdicts
        == [Rejection("OutcomeUnknown", "write: the worker stopped during the call")] * 2
    )
