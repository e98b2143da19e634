"""Answers spoilt by a fault."""

from typing import Any

import msgspec

from emulators.salesforce.messages.bodies import json_answer
from emulators.salesforce.messages.errors import STATUS_OF, ApiError, LoginError
from emulators.serving.fault_rule import FaultRule
from emulators.serving.faults import spoilt_list
from emulators.serving.messages import Answer

RESULTS = ("records", "compositeResponse")


def faulty_login(rule: FaultRule) -> Answer:
    """Return the answer to a login that was not processed; errors have the token endpoint's form."""
    try:
        return faulty_answer(rule, None)
    except ApiError as error:
        raise LoginError(error.code, error.message, status=error.status) from None


def faulty_answer(rule: FaultRule, true_answer: Answer | None) -> Answer:
    """Return the answer that the client gets; ``true_answer`` is None if the call was not processed."""
    if rule.kind == "error":
        code = rule.error_code or ""
        status = rule.status if rule.status is not None else STATUS_OF.get(code, 400)
        raise ApiError(code, rule.detail or "fault on request", status=status)
    if rule.kind == "html":
        return Answer(rule.status or 502, b"<html><body>Bad Gateway</body></html>", "text/html")
    if rule.kind == "hang":
        return Answer(arrives="never")
    if rule.kind == "close" or true_answer is None:
        return Answer(arrives="closed")
    if rule.kind == "truncate":
        return msgspec.structs.replace(true_answer, arrives="half")
    return spoil_results(rule, true_answer)


def spoil_results(rule: FaultRule, true_answer: Answer) -> Answer:
    """Change the number or the order of the results, when there are any."""
    content: Any = msgspec.json.decode(true_answer.body) if true_answer.status == 200 else None
    if isinstance(content, list):
        return json_answer(spoilt_list(rule, content))
    name = next((name for name in RESULTS if isinstance(content, dict) and name in content), None)
    if name is None:
        return true_answer
    content[name] = spoilt_list(rule, content[name])
    return json_answer(content)
