"""Answers spoilt by a fault."""

import msgspec

from emulators.responsys.messages.errors import ApiError
from emulators.responsys.messages.http import gateway_page, json_answer
from emulators.serving.fault_rule import FaultRule
from emulators.serving.faults import spoilt_list
from emulators.serving.messages import Answer


def faulty_answer(rule: FaultRule, true_answer: Answer | None) -> Answer:
    """Return the answer that the client gets; ``true_answer`` is None if the call was not processed."""
    if rule.kind == "error":
        raise ApiError(rule.error_code or "", rule.detail, status=rule.status, title=rule.title)
    if rule.kind == "html":
        return gateway_page(rule.status or 502, "Bad Gateway")
    if rule.kind == "hang":
        return Answer(arrives="never")
    if rule.kind == "close" or true_answer is None:
        return Answer(arrives="closed")
    if rule.kind == "truncate":
        return msgspec.structs.replace(true_answer, arrives="half")
    return spoil_results(rule, true_answer)


def spoil_results(rule: FaultRule, true_answer: Answer) -> Answer:
    """Change the number or the order of the results, when there are any."""
    content = msgspec.json.decode(true_answer.body)
    if true_answer.status != 200:
        return true_answer
    if isinstance(content, list):
        return json_answer(spoilt_list(rule, content))
    if not isinstance(content, dict) or "recordData" not in content:
        return true_answer
    content["recordData"]["records"] = spoilt_list(rule, content["recordData"]["records"])
    return json_answer(content)
