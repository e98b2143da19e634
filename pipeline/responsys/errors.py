"""Error codes of Responsys, in one table: the error of ours that each of them means.

The code decides, never the status: Oracle's pages give ``API_LIMIT_EXCEEDED`` as 400 and as 401. The status
only speaks where no code does, as when a gateway answers for Responsys.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/handlingErrorsMain.html
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pipeline.errors import CallError, Held, OutcomeUnknown, Refused, RetryLater, Throttled
from pipeline.text.redaction import MAX_DETAIL, masked
from pipeline.wire.account_login import TokenRefused
from pipeline.wire.codes import OTHER, UNKNOWN

LIMIT = "API_LIMIT_EXCEEDED"

CODE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")  # before a colon in a message
ERROR_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
LONG_CODE = re.compile(r"[A-Za-z0-9_]{65,}")  # is detail

# GET /rest/api/ratelimit says so with 500 UNEXPECTED_EXCEPTION, where all other calls have 401 INVALID_TOKEN.
NOT_A_TOKEN = "Not a valid authentication token"  # noqa: S105 - Oracle's message


class FailedOver(RetryLater):
    """Responsys moved to other machines: the token is worth nothing there."""


def duplicate(code: str, detail: str) -> OutcomeUnknown:
    """Judge DUPLICATE_API_REQUEST: an earlier call may have done it, by a rule that is not documented."""
    return OutcomeUnknown(UNKNOWN, f"{code}: {detail}")


Error = Callable[[str, str], CallError]

shortened = partial(masked, most=MAX_DETAIL)  # a text of Responsys', without addresses and their hashes

hold_connector: Error = partial(Held, "connector")
hold_destination: Error = partial(Held, "destination")
isolate: Error = partial(Refused, isolate=True)

MEANING: Mapping[str, Error] = {
    "INVALID_TOKEN": TokenRefused,
    "TOKEN_EXPIRED": TokenRefused,
    "UNRECOVERABLE_EXCEPTION": FailedOver,
    # The account or its user.
    "INVALID_USER_NAME_PASSWORD": hold_connector,
    "PASSWORD_LOCKOUT": hold_connector,
    "PASSWORD_EXPIRED": hold_connector,
    "ACCOUNT_SUSPENDED": hold_connector,
    "API_DISABLED_FOR_USER": hold_connector,
    "ASYNC_API_DISABLED_FOR_USER": hold_connector,
    "INSUFFICIENT_ACCESS": hold_connector,
    # Objects that the destination names.
    "API_BLOCKED": hold_destination,
    "OPERATION_NOT_SUPPORTED": hold_destination,
    "CUSTOM_EVENT_NOT_FOUND": hold_destination,
    "LIST_NOT_FOUND": hold_destination,
    "PROFILE_LIST_NOT_FOUND": hold_destination,
    "PROFILE_LIST_NOT_FOUND_IN_FOLDER": hold_destination,
    "FOLDER_NOT_FOUND": hold_destination,
    "PROFILE_EXTENSION_NOT_FOUND": hold_destination,
    "TABLE_NOT_FOUND": hold_destination,
    "RESOURCE_NOT_FOUND": hold_destination,
    "OBJECT_NOT_FOUND": hold_destination,
    "INVALID_FIELD_NAME": hold_destination,  # the columns of a merge come from the configuration
    "PROGRAM_NOT_FOUND": hold_destination,
    "DOCUMENT_NOT_FOUND": hold_destination,
    "MULTIPLE_OBJECTS_FOUND": hold_destination,
    "CAMPAIGN_NOT_FOUND": hold_destination,
    "CAMPAIGN_IS_INVALID": hold_destination,
    "CAMPAIGN_NOT_LISTENING": hold_destination,
    # Limits. Responsys refuses before it does anything.
    LIMIT: partial(Throttled, "function"),
    "INTERNAL_CAPACITY_LIMIT_EXCEEDED": partial(Throttled, "account"),
    # Trouble on their side.
    "SERVICE_UNAVAILABLE": RetryLater,
    "UNEXPECTED_EXCEPTION": RetryLater,
    "UNABLE_TO_SUBMIT_ASYNC_REQUEST": RetryLater,
    "CAMPAIGN_LAUNCH_IN_PROGRESS": RetryLater,
    "DUPLICATE_API_REQUEST": duplicate,
    # One row may be the reason for which the whole call was refused.
    "INVALID_PARAMETER": isolate,
    "INVALID_REQUEST_CONTENT": isolate,
    "INVALID_NUMBER": isolate,
    "INVALID_DATE": isolate,
    "INVALID_OBJECT": isolate,
    "RECIPIENT_LIMIT_EXCEEDED": isolate,
    "RECORD_LIMIT_EXCEEDED": isolate,
    "REQUEST_LIMIT_EXCEEDED": isolate,
    "MAX_ATTACHMENT_SIZE_EXCEEDED": isolate,
    "RECORD_NOT_FOUND": isolate,
    "NO_RECIPIENT_FOUND": isolate,
    "RECIPIENT_NOT_FOUND": isolate,
    "MULTIPLE_RECIPIENTS_FOUND": isolate,
    "RECIPIENT_STATUS_UNDELIVERABLE": isolate,
}

# In a good answer these are said of a row, but are about an object that the destination names.
SETUP_CODES = frozenset({"PROFILE_LIST_NOT_FOUND", "PROFILE_LIST_NOT_FOUND_IN_FOLDER", "FOLDER_NOT_FOUND"})


def error_of(status: int, answer: Any) -> CallError:
    """Return the error that an answer means; ``answer`` is None if it was no JSON."""
    code = code_of(answer)
    if code is None:
        return error_without_code(status)
    detail = shortened(str(answer.get("detail") or "").strip() or str(answer.get("title") or ""))
    if code == OTHER:
        detail = shortened(f"{answer['errorCode']}: {detail}")
    if code == "UNEXPECTED_EXCEPTION" and NOT_A_TOKEN in detail:
        return TokenRefused(code, detail)
    if code in MEANING:
        return MEANING[code](code, detail)
    if status == 429:
        return Throttled("function", code, detail)
    if status >= 500:
        return OutcomeUnknown(UNKNOWN, f"HTTP {status} with {code}: {detail}")
    return Refused(code, detail)


def code_of(answer: Any) -> str | None:
    """Return the error code of a decoded answer; None when Responsys did not sign it with one.

    In place of one that is too long it is ``OtherError``.
    """
    code = answer.get("errorCode") if isinstance(answer, dict) else None
    if not isinstance(code, str):
        return None
    return OTHER if LONG_CODE.fullmatch(code) else code if ERROR_CODE.fullmatch(code) else None


def error_without_code(status: int) -> CallError:
    """Judge an answer without a code by its status: a gateway's page, an empty body, broken JSON."""
    detail = f"HTTP {status} without a Responsys answer"
    if status == 429:
        return Throttled("function", LIMIT, detail)
    if 300 <= status < 500:
        return RetryLater(OTHER, detail)
    return OutcomeUnknown(UNKNOWN, detail)


def retry_if_unknown(error: CallError) -> CallError:
    """Turn an unknown outcome into another try, for a request that changes nothing there."""
    return RetryLater(OTHER, error.detail) if isinstance(error, OutcomeUnknown) else error
