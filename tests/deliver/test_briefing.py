"""A batch is told what is known of its rows before its first call."""

import pytest
from sqlalchemy.exc import DataError, OperationalError

from pipeline.deliver.briefing import Briefing, briefed
from pipeline.deliver.decide import decide
from pipeline.deliver.events import OtherPermit
from pipeline.deliver.moves import Settle
from pipeline.deliver.progress import Progress
from pipeline.errors import RetryLater
from pipeline.model.call import Rejection
from tests.deliver.found import FUNCTION, PLAN, FindAndWrite
from tests.deliver.jobs import made

OUT = Rejection("OptedOut", "by consents")


class Curious(FindAndWrite):
    """Wants to be told ids of Salesforce."""

    briefed = frozenset({"salesforce_id"})


class Knowing:
    """A briefer that counts how often it is asked."""

    def __init__(self, identifiers=(), barred=(), error=None):
        self.briefing = Briefing(dict(identifiers), dict(barred))
        self.error, self.asked = error, 0

    def brief(self, action, rows):
        self.asked += 1
        if self.error:
            raise self.error
        return self.briefing


def job(kind=Curious, **options):
    return made(kind, function=FUNCTION, **options)


def test_rows_have_the_identifiers_that_are_known_beside_their_own():
    told = briefed(job(), [Knowing({1: {"salesforce_id": "003B", "crm_id": "other"}})])

    assert [row.identifiers for row in told.plan.rows] == [
        {"crm_id": "C"},
        {"crm_id": "C", "salesforce_id": "003B"},
    ]
    assert Progress.loads(told.progress.dumps()) == told.progress


def test_rows_that_are_barred_are_rejected_and_the_others_go_on():
    told = briefed(job(rows=3), [Knowing(barred={0: OUT}), Knowing({0: {"salesforce_id": "003B"}})])

    assert told.verdicts == [OUT, None, None]
    assert told.progress.learned == {1: {"salesforce_id": "003B"}}


def test_a_batch_of_barred_rows_alone_is_settled_without_a_call():
    told = briefed(job(), [Knowing(barred={0: OUT, 1: OUT})])

    assert decide(told, OtherPermit()) == Settle([OUT, OUT])


@pytest.mark.parametrize(
    ("asked", "one"),
    [
        pytest.param(1, job(), id="before the first step"),
        pytest.param(0, job(FindAndWrite), id="the action wants none"),
        pytest.param(0, job(progress=Progress(1, {}, PLAN, found_at=1.0).dumps()), id="before a later step"),
    ],
)
def test_a_briefer_is_asked_where_an_action_wants_it_before_its_first_step(asked, one):
    knowing = Knowing()

    briefed(one, [knowing])

    assert knowing.asked == asked


def test_a_store_that_is_down_puts_the_batch_off():
    with pytest.raises(RetryLater):
        briefed(job(), [Knowing(error=OperationalError("", {}, Exception()))])
    with pytest.raises(DataError):
        briefed(job(), [Knowing(error=DataError("", {}, Exception()))])
