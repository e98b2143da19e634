"""pipeline.responsys.results; answers as in Oracle's api-v1.3-events-eventName-post.htm and as recorded."""

import pytest

from pipeline.errors import OutcomeUnknown
from pipeline.model.call import Rejection
from pipeline.responsys.results import read_results

ROW = object()
GOOD = {"errorMessage": None, "success": True, "recipientId": 364470001}


def bad(message):
    return {"errorMessage": message, "success": False, "recipientId": -1}


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (GOOD, None),
        ({**GOOD, "errorMessage": ""}, None),
        ({"success": True}, None),
        (
            bad("NO_RECIPIENT_FOUND: Recipient Not Found\r\n"),
            Rejection("NO_RECIPIENT_FOUND", "Recipient Not Found"),
        ),
        (bad("RECIPIENT_NOT_FOUND"), Rejection("RECIPIENT_NOT_FOUND")),
        (bad("MULTIPLE_RECIPIENTS_FOUND: a: b"), Rejection("MULTIPLE_RECIPIENTS_FOUND", "a: b")),
        (bad("X: ada@example.com is bad"), Rejection("X", "[masked] is bad")),
        (bad("ada@example.com: bad"), Rejection("OtherError", "[masked]: bad")),
        (bad("Something went wrong"), Rejection("OtherError", "Something went wrong")),
        (bad(None), Rejection("OtherError", "rejected without a reason")),
        (
            {**GOOD, "errorMessage": "RECIPIENT_STATUS_UNDELIVERABLE"},
            Rejection("RECIPIENT_STATUS_UNDELIVERABLE"),
        ),
    ],
)
def test_a_result_is_a_verdict(result, verdict):
    assert read_results([ROW], [result]) == [verdict]


@pytest.mark.parametrize(
    "answer",
    [
        [GOOD],
        [GOOD] * 3,
        [],
        {},
        {"0": GOOD, "1": GOOD},
        "ok",
        [GOOD, None],
        [GOOD, {}],
        [GOOD, {"success": "true"}],
    ],
)
def test_an_answer_that_does_not_fit_the_rows_is_unknown_and_never_shifted(answer):
    with pytest.raises(OutcomeUnknown):
        read_results([ROW, ROW], answer)


@pytest.mark.parametrize("recipient", [11, "11", -1, None])
def test_a_result_may_name_its_recipient_or_nobody(recipient):
    assert read_results([ROW], [{**GOOD, "recipientId": recipient}], [11]) == [None]


def test_a_result_must_not_name_somebody_else():
    with pytest.raises(OutcomeUnknown, match="another recipient"):
        read_results([ROW], [{**GOOD, "recipientId": 12}], [11])
