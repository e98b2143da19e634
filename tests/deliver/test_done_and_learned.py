"""Rows that are done before the last step, and identifiers that one step learns for the next."""

import pytest

from pipeline.deliver.decide import decide
from pipeline.deliver.events import Answered
from pipeline.deliver.moves import Settle
from pipeline.deliver.progress import Progress
from pipeline.model.action import Step
from pipeline.model.call import Done, Rejection
from tests.deliver.export import Export, call
from tests.deliver.jobs import made

FIND, WRITE = "findContacts", "writeContacts"


def read_found(rows, answer):
    """Read "", "same", or why there is no contact, of each row."""
    return [
        Done() if one == "same" else Rejection("NO_RECORD_FOUND") if one == "none" else None for one in answer
    ]


def learn_ids(rows, answer):
    """Read the ids of the contacts."""
    return {n: {"salesforce_id": one} for n, one in enumerate(answer) if one.startswith("003")}


class FindAndWrite(Export):
    """A made-up action that reads contacts in one call and writes them in a second."""

    functions = (FIND, WRITE)

    def steps(self, rows):
        return (
            Step("find", FIND, call(FIND, "/"), read_found, learn=learn_ids),
            Step("write", WRITE, call(WRITE, "/"), lambda rows, answer: answer, repeatable=False),
        )


@pytest.fixture
def job():
    return made(FindAndWrite, function=FIND, rows=4)


def test_a_later_step_has_the_rows_that_remain_with_the_identifiers_that_were_learned(job):
    found = decide(job, Answered(["003A", "same", "none", "003D"]))

    assert found.progress == Progress(
        1,
        {2: Rejection("NO_RECORD_FOUND", "find")},
        ("find findContacts", "write writeContacts"),
        frozenset({1}),
        {0: {"salesforce_id": "003A"}, 3: {"salesforce_id": "003D"}},
    )
    later = made(FindAndWrite, function=WRITE, rows=4, progress=found.progress.dumps())
    assert [(row.profile_id, row.identifiers) for row in later.remaining_rows] == [
        ("p0", {"crm_id": "C", "salesforce_id": "003A"}),
        ("p3", {"crm_id": "C", "salesforce_id": "003D"}),
    ]
    assert later.verdicts == [None, Done(), Rejection("NO_RECORD_FOUND", "find"), None]


def test_a_batch_whose_rows_are_all_done_is_settled_without_its_other_steps(job):
    assert decide(job, Answered(["same"] * 4)).verdicts == [Done()] * 4
    assert isinstance(decide(job, Answered(["same"] * 4)), Settle)
