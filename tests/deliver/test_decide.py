"""pipeline.deliver.decide: the table of errors, answers, and set-ups, as moves."""

import pytest

from pipeline.deliver import events
from pipeline.deliver.decide import SET_UP_RETRY, decide
from pipeline.deliver.events import Answered, AnsweredLater, Failed
from pipeline.deliver.failures import MAX_ATTEMPTS
from pipeline.deliver.moves import (
    AskLater,
    EndSetUp,
    NextStep,
    PutOnHold,
    Retry,
    ReturnRows,
    Settle,
    Split,
)
from pipeline.deliver.progress import Progress
from pipeline.errors import CallError, Held, OutcomeUnknown, Refused, RetryLater, Throttled
from pipeline.model.action import Step
from pipeline.model.call import Rejection, Submitted
from tests.deliver.export import call
from tests.deliver.jobs import CREATE, FILL, LOOK, MERGE, PLAN, OneStep, at, event, made, merge

GONE = Rejection("MERGEFAILED", "gone")


@pytest.mark.parametrize(
    ("error", "move"),
    [
        pytest.param(
            Held("connector", "INVALID_USER", "no"),
            PutOnHold(
                "connector", Rejection("INVALID_USER", "no"),
                ReturnRows("INVALID_USER: connector held, its rows wait", "INVALID_USER"), forget=True,
            ),
            id="held",
        ),
        pytest.param(
            Throttled("function", "API_LIMIT_EXCEEDED", delay=60),
            Retry("API_LIMIT_EXCEEDED: 2 rows wait", 60, pause="function", code="API_LIMIT_EXCEEDED"),
            id="throttled",
        ),
        pytest.param(
            RetryLater("BUSY", delay=7),
            Retry("BUSY: 2 rows", 7, backoff=2, spend=True, code="BUSY"), id="retry later",
        ),
        pytest.param(
            OutcomeUnknown("Timeout"), Settle([Rejection("Timeout")] * 2, code="Timeout"),
            id="outcome unknown",
        ),
        pytest.param(
            Refused("BAD", "value", isolate=True),
            Split(
                Progress(0, {}, ("merge mergeListMembers",)), Progress(0, {}, ("merge mergeListMembers",)),
                "BAD: refused as a whole, halved to find the row", "BAD",
            ),
            id="refused, a row may have spoilt it",
        ),
        pytest.param(Refused("NEW", "why"), Settle([Rejection("NEW", "why")] * 2, code="NEW"), id="refused"),
        pytest.param(CallError("ODD"), Settle([Rejection("ODD")] * 2, code="ODD"), id="of no kind"),
    ],
)  # fmt: skip
def test_the_table_of_errors(error, move):
    assert decide(event(), Failed(error)) == move


def test_the_last_try_rejects_the_rows():
    job = event(tries=MAX_ATTEMPTS - 1)

    assert decide(job, Failed(RetryLater("BUSY"))) == Settle([Rejection("BUSY")] * 2, code="BUSY")


def test_a_row_that_stands_alone_is_rejected():
    assert decide(event(rows=1), Failed(Refused("BAD", isolate=True))) == Settle(
        [Rejection("BAD")], code="BAD"
    )


def test_an_answer_ends_a_batch_of_one_step():
    assert decide(event(), Answered(["", "gone"])) == Settle([None, GONE])


@pytest.mark.parametrize("outcome", [Answered(["bad C", "bad C"]), Failed(Refused("BAD", "bad C"))])
def test_a_step_explains_its_rejections_also_of_a_call_refused_as_a_whole(outcome):
    job = event(explain=lambda row, detail: f"{row.profile_id}: {detail}")

    assert [why.detail for why in decide(job, outcome).verdicts] == ["p0: bad C", "p1: bad C"]


def test_an_answer_leads_to_the_next_step_and_a_verdict_names_its_own():
    progress = Progress(1, {1: Rejection("MERGEFAILED", "merge: gone")}, PLAN)

    assert decide(made(), Answered(["", "gone"])) == NextStep(
        LOOK, progress, "1 row of lapsed, next: look", sets_up=True
    )


def test_an_answer_that_does_not_fit_is_an_unknown_outcome():
    def wrong(rows, answer):
        raise OutcomeUnknown("OutcomeUnknown", "1 result for 2 recipients")

    class Wrong(OneStep):
        def steps(self, rows):
            return (Step("event", MERGE, call(MERGE, "/"), wrong, repeatable=False),)

    rejection = Rejection("OutcomeUnknown", "1 result for 2 recipients")
    assert decide(made(Wrong), Answered([None])) == Settle([rejection] * 2, code="OutcomeUnknown")


def test_a_step_whose_permit_is_for_another_function_waits_for_its_own():
    assert decide(made(function=FILL), events.OtherPermit()) == NextStep(
        MERGE, Progress(0, {}, PLAN), "2 rows of lapsed, next: merge", refund=True
    )


def test_a_batch_without_a_row_to_send_is_settled():
    class Nothing(OneStep):
        def problem(self, activation):
            return "no"

    assert decide(made(Nothing), events.OtherPermit()) == Settle([Rejection("Invalid", "no")] * 2)


def test_a_set_up_that_another_batch_is_at_is_waited_for():
    job = at(1)

    assert decide(job, events.SetUpTaken(job.step)) == NextStep(
        LOOK, Progress(1, {}, PLAN), "look: another worker is at it",
        refund=True, sets_up=True, delay=SET_UP_RETRY,
    )  # fmt: skip


def test_a_look_that_finds_nothing_keeps_its_turn_to_make_it():
    assert decide(at(1), Answered([])) == NextStep(
        CREATE, Progress(2, {}, PLAN), "2 rows of lapsed, next: create", sets_up=True
    )


@pytest.mark.parametrize(
    ("step", "end"),
    [(1, Answered(["T"])), (2, Answered(True)), (2, Failed(Refused("OBJECT_ALREADY_EXISTS")))],
    ids=["found", "made", "was there"],
)
def test_a_set_up_that_is_done_is_known_and_its_other_steps_are_skipped(step, end):
    fill = NextStep(FILL, Progress(3, {}, PLAN), "2 rows of lapsed, next: fields")

    assert decide(at(step), end) == EndSetUp("T", True, fill)


def test_a_set_up_that_the_account_has_is_skipped():
    fill = NextStep(FILL, Progress(3, {}, PLAN), "2 rows of lapsed, next: fields")

    assert decide(made().knowing(["T"]), Answered(["", ""])) == fill


def test_a_set_up_that_is_refused_holds_the_destination_and_is_looked_for_again():
    text = "BAD: destination held, its rows wait"
    look = NextStep(LOOK, Progress(1, {}, PLAN), text, sets_up=True, code="BAD")
    hold = PutOnHold("destination", Rejection("BAD", "create: folder"), look, forget=True)

    assert decide(at(2), Failed(Refused("BAD", "folder"))) == EndSetUp("T", False, hold)


def test_a_call_that_was_taken_on_is_asked_after():
    assert decide(event(), Answered(Submitted("R1"))) == AskLater("R1", "2 rows of lapsed submitted")


def test_an_answer_that_comes_later_is_read_for_the_step_that_was_called():
    assert decide(event(), AnsweredLater(Answered(["", "gone"]))) == Settle([None, GONE])


def test_an_answer_to_a_step_that_there_is_no_longer_leads_to_the_steps_as_they_are_now():
    plan = ("merge mergeListMembers",)

    assert decide(merge(function="former"), AnsweredLater(Answered([]))) == NextStep(
        MERGE, Progress(0, {}, plan), "2 rows of lapsed, next: merge"
    )
