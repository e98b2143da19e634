"""Error codes of Salesforce, in one table: the error of ours that each of them means.

A request that is refused is answered with an array, ``[{"message", "errorCode"}]``; a login with an object.

Source: REST API Developer Guide, ``errorcodes.htm``; SOAP API Developer Guide,
``sforce_api_calls_concepts_core_data_objects.htm``.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pipeline.errors import CallError, Held, OutcomeUnknown, Refused, RetryLater, Throttled
from pipeline.text.redaction import MAX_DETAIL, masked
from pipeline.wire.account_login import TokenRefused
from pipeline.wire.codes import OTHER, UNKNOWN

CODE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
DAY_IS_USED_UP = 3600.0  # seconds until the daily limit is looked at again
SECOND_LIMIT = 30.0  # seconds until calls that take long may have ended
SEVERAL = 300  # an upsert wrote nothing: its key is that of several records
PASSING_STATUSES = (420, 502, 503)  # the edge or the instance is away
CONCURRENT = "ConcurrentRequests"

Error = Callable[[str, str], CallError]


hold_connector: Error = partial(Held, "connector")
hold_destination: Error = partial(Held, "destination")

MEANING: Mapping[str, Error] = {
    "INVALID_SESSION_ID": TokenRefused,
    "API_DISABLED_FOR_ORG": hold_connector,
    "INSUFFICIENT_ACCESS": hold_connector,
    # The configuration names a thing that is not there, or hidden from our user.
    "INVALID_FIELD": hold_destination,
    "INVALID_TYPE": hold_destination,
    "MALFORMED_QUERY": hold_destination,
    "INVALID_QUERY_FILTER_OPERATOR": hold_destination,
    # Trouble on their side.
    "SERVER_UNAVAILABLE": RetryLater,
    "TOO_MANY_APEX_REQUESTS": RetryLater,
    "QUERY_TIMEOUT": RetryLater,
    "REQUEST_RUNNING_TOO_LONG": RetryLater,
    "INVALID_QUERY_LOCATOR": RetryLater,
}

# Refusals of a login, and the setting in Salesforce that mends them.
LOGIN_ADVICE: Mapping[str, str] = {
    "no client credentials user enabled": 'give the app a user to run as, under "Policies"',
    "user hasn't approved this consumer": "let an administrator approve the app for the user beforehand",
    "app_not_found": "leave audience out: newer apps take the org's own host alone",
    "Audience validation failed": "leave audience out: newer apps take the org's own host alone",
    "invalid_client_id": "look at client_id: the app's consumer key",
    "invalid_client": "look at client_secret: the app's consumer secret",
}


def error_of(status: int, answer: Any) -> CallError:
    """Return the error that an answer means; ``answer`` is None if it was no JSON."""
    code, detail = code_and_detail(answer)
    if code == "REQUEST_LIMIT_EXCEEDED":
        delay = SECOND_LIMIT if detail.startswith(CONCURRENT) else DAY_IS_USED_UP
        return Throttled("account", code, detail, delay=delay)
    if code is not None and code in MEANING:
        return MEANING[code](code, detail)
    if status in PASSING_STATUSES:
        return RetryLater(code or OTHER, detail or f"HTTP {status}")
    if status == SEVERAL:
        return Refused("DUPLICATE_EXTERNAL_ID", "several records have this external id", isolate=True)
    if code is None or status >= 500:
        return OutcomeUnknown(UNKNOWN, f"HTTP {status} {code or 'without an answer of Salesforce'}")
    return Refused(code, detail, isolate=True)


def code_and_detail(answer: Any) -> tuple[str | None, str]:
    """Return code and text of the first error in an answer; None when there is none."""
    first = answer[0] if isinstance(answer, list) and answer else {}
    code = first.get("errorCode") if isinstance(first, dict) else None
    if not isinstance(code, str) or not CODE.fullmatch(code):
        return None, ""
    return code, masked(str(first.get("message") or ""))[:MAX_DETAIL]


def login_error(status: int, answer: Any) -> CallError:
    """Return the error that a refused login means for its connector."""
    code = answer.get("error") if isinstance(answer, dict) else None
    if status in PASSING_STATUSES or status >= 500 or not isinstance(code, str):
        return RetryLater(OTHER, f"HTTP {status} to a login")
    described = masked(str(answer.get("error_description") or ""))[:MAX_DETAIL]
    advice = LOGIN_ADVICE.get(described) or LOGIN_ADVICE.get(code, "look at the app in Salesforce")
    return Held("connector", code, f"{described}: {advice}" if described else advice)
