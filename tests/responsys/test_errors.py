"""pipeline.responsys.errors; bodies as in Oracle's handlingErrorsMain.html."""

import pytest

from pipeline.errors import Held, OutcomeUnknown, Refused, RetryLater, Throttled
from pipeline.responsys.errors import FailedOver, error_of, retry_if_unknown
from pipeline.wire.account_login import TokenRefused
from tests.responsys.conftest import error


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (401, "INVALID_TOKEN", TokenRefused),
        (401, "TOKEN_EXPIRED", TokenRefused),
        (500, "UNRECOVERABLE_EXCEPTION", FailedOver),
        (500, "UNEXPECTED_EXCEPTION", RetryLater),
        (503, "SERVICE_UNAVAILABLE", RetryLater),
        (500, "UNABLE_TO_SUBMIT_ASYNC_REQUEST", RetryLater),
        (400, "CAMPAIGN_ALREADY_EXISTS", Refused),
        (422, "NEVER_HEARD_OF", Refused),
    ],
)
def test_a_code_is_kept_and_decides_what_follows(status, code, expected):
    found = error_of(status, error(code, "Because."))

    assert (type(found), found.code, found.detail) == (expected, code, "Because.")


@pytest.mark.parametrize("status", [400, 401, 429, 500, 200])
def test_the_code_decides_whatever_the_status(status):
    """Oracle's pages give this one as 400 and as 401."""
    found = error_of(status, error("API_LIMIT_EXCEEDED"))

    assert (type(found), found.scope) == (Throttled, "function")


@pytest.mark.parametrize(
    ("code", "scope"),
    [
        ("INVALID_USER_NAME_PASSWORD", "connector"),
        ("PASSWORD_LOCKOUT", "connector"),
        ("PASSWORD_EXPIRED", "connector"),
        ("ACCOUNT_SUSPENDED", "connector"),
        ("API_DISABLED_FOR_USER", "connector"),
        ("INSUFFICIENT_ACCESS", "connector"),
        ("API_BLOCKED", "destination"),
        ("CUSTOM_EVENT_NOT_FOUND", "destination"),
        ("LIST_NOT_FOUND", "destination"),
        ("FOLDER_NOT_FOUND", "destination"),
        ("CAMPAIGN_NOT_FOUND", "destination"),
        ("INVALID_FIELD_NAME", "destination"),
    ],
)
def test_what_a_person_must_see_to_is_held(code, scope):
    found = error_of(401, error(code))

    assert (type(found), found.scope, found.code) == (Held, scope, code)


@pytest.mark.parametrize(
    ("code", "isolate"),
    [
        ("INVALID_PARAMETER", True),
        ("INVALID_REQUEST_CONTENT", True),
        ("INVALID_NUMBER", True),
        ("INVALID_DATE", True),
        ("RECIPIENT_LIMIT_EXCEEDED", True),
        ("RECORD_LIMIT_EXCEEDED", True),
        ("NEVER_HEARD_OF", False),
    ],
)
def test_a_refusal_says_whether_one_row_may_have_spoilt_it(code, isolate):
    found = error_of(400, error(code))

    assert (type(found), found.code, found.isolate) == (Refused, code, isolate)


LONG = "NO_SUCH_THING" * 6


@pytest.mark.parametrize(("status", "kind"), [(200, Refused), (400, Refused), (500, OutcomeUnknown)])
def test_a_code_of_more_than_64_characters_is_detail(status, kind):
    found = error_of(status, error(LONG, "Bad luck"))

    assert (type(found), len(found.code) <= 64) == (kind, True)
    assert found.detail.endswith(f"{LONG}: Bad luck")
    assert len(error_of(400, error(LONG * 100)).detail) == 1_000


def test_a_code_may_have_small_letters():
    assert error_of(400, error("InvalidThing_2")).code == "InvalidThing_2"


def test_exhausted_capacity_is_the_whole_accounts():
    found = error_of(400, error("INTERNAL_CAPACITY_LIMIT_EXCEEDED"))

    assert (type(found), found.scope) == (Throttled, "account")


@pytest.mark.parametrize("answer", [None, error("NEVER_HEARD_OF")])
def test_429_is_a_used_up_limit_whoever_says_so(answer):
    found = error_of(429, answer)

    assert (type(found), found.scope) == (Throttled, "function")


def test_a_duplicate_may_have_been_done_before():
    found = error_of(400, error("DUPLICATE_API_REQUEST", "Duplicate API request"))

    assert (type(found), found.code, found.detail) == (
        OutcomeUnknown,
        "OutcomeUnknown",
        "DUPLICATE_API_REQUEST: Duplicate API request",
    )


def test_the_limits_page_refuses_a_token_in_its_own_way():
    """GET /rest/api/ratelimit answers so where all others answer 401 INVALID_TOKEN."""
    found = error_of(500, error("UNEXPECTED_EXCEPTION", "Not a valid authentication token"))

    assert type(found) is TokenRefused


@pytest.mark.parametrize(
    ("status", "answer"),
    [(500, None), (503, {"errorCode": None}), (500, error("NEVER_HEARD_OF")), (504, error("not a code"))],
)
def test_trouble_of_an_unknown_kind_leaves_the_outcome_unknown(status, answer):
    found = error_of(status, answer)

    assert (type(found), found.code) == (OutcomeUnknown, "OutcomeUnknown")


@pytest.mark.parametrize("answer", [None, [], "no", {}, {"errorCode": 7}, {"errorCode": "ada@example.com"}])
def test_a_refusal_that_is_not_responsys_own_is_tried_again(answer):
    found = error_of(404, answer)

    assert (type(found), found.code, found.detail) == (
        RetryLater,
        "OtherError",
        "HTTP 404 without a Responsys answer",
    )


def test_an_unknown_outcome_of_a_call_that_changes_nothing_is_worth_another_try():
    found = retry_if_unknown(error_of(502, None))

    assert (type(found), found.code) == (RetryLater, "OtherError")


@pytest.mark.parametrize(
    ("detail", "shown"),
    [
        ("  Bad value.\r\n", "Bad value."),
        ("The address ada.lovelace+x@example.co.uk is not valid", "The address [masked] is not valid"),
        ('EMAIL_ADDRESS_="ada@example.com";', 'EMAIL_ADDRESS_="[masked]";'),
        ("<ada%40example.com>", "<[masked]>"),
        ("zoë@exämple.com", "[masked]"),
        ("hash " + "0aB9" * 16, "hash [masked]"),
        ("x" * 1_100, "x" * 1_000),
    ],
)
def test_details_are_trimmed_and_show_nobodys_address(detail, shown):
    assert error_of(400, error("INVALID_PARAMETER", detail)).detail == shown


def test_the_title_stands_in_for_an_empty_detail():
    """As in the recorded answer to a bad password."""
    found = error_of(400, error("INVALID_USER_NAME_PASSWORD", title="Invalid username or password"))

    assert str(found) == "INVALID_USER_NAME_PASSWORD: Invalid username or password"
