"""Faults on request: rules that say when a call goes wrong, and how.

A rule applies to a call when function, account and ``match`` fit, ``after`` such calls have passed,
``times`` is not used up and the dice (seeded) say so. All latencies that apply add up; of the other kinds
the first applies.
"""

from random import Random
from typing import Any, Literal

import msgspec

from emulators.responsys.messages.errors import ApiError
from emulators.responsys.messages.http import Answer, gateway_page, json_answer

Kind = Literal[
    "latency",  # ``seconds``, and up to ``jitter`` more
    "error",  # ``errorCode``, ``status``, ``title``, ``detail`` in Responsys' shape
    "html",  # ``status`` (502) with a page of the gateway
    "close",  # the connection ends without an answer
    "hang",  # no answer, until the client gives up
    "truncate",  # half of the answer, then the connection ends
    "short",  # the last ``results`` results are missing
    "long",  # the last result comes ``results`` times more
    "reorder",  # results in reverse order
    "expire_token",  # the caller's tokens expire; with ``errorCode`` INVALID_TOKEN they are forgotten
    "capacity",  # INTERNAL_CAPACITY_LIMIT_EXCEEDED, and for ``seconds`` on every call of the account
]
KINDS_ON_ANSWER = {"truncate", "short", "long", "reorder"}
# An asynchronous request has no connection by the time it is processed.
KINDS_IN_PROCESSING = {"error", "short", "long", "reorder"}
KINDS_BEFORE = {"expire_token", "capacity"}


class FaultRule(msgspec.Struct, forbid_unknown_fields=True, rename={"error_code": "errorCode"}, kw_only=True):
    """The calls that go wrong, and the way they do; ``when``: before or after the function is called."""

    kind: Kind
    function: str | None = None
    account: str | None = None
    match: str | None = None  # a string value that must be somewhere in the body: an identifier, a variable
    after: int = 0  # calls let through first
    times: int | None = None
    probability: float = 1.0
    when: Literal["before", "after"] = "before"
    seconds: float = 0.0
    jitter: float = 0.0
    status: int | None = None
    error_code: str | None = None
    title: str | None = None
    detail: str = ""
    results: int = 1
    seen: int = 0  # counted here, shown by GET /_control/faults
    fired: int = 0

    def __post_init__(self) -> None:
        if self.kind == "error" and self.error_code is None:
            raise ValueError('a fault of kind "error" needs an errorCode')
        if self.kind in KINDS_ON_ANSWER:
            self.when = "after"
        if self.kind in KINDS_BEFORE:
            self.when = "before"

    @property
    def label(self) -> str:
        """Name the fault in the ledger: "close after"."""
        return f"{self.kind} {self.when}"


class CallFaults(msgspec.Struct):
    """The delays and the fault of one call."""

    sleep_before: float = 0.0  # seconds
    sleep_after: float = 0.0
    fault: FaultRule | None = None


class Faults:
    """The rules in force."""

    def __init__(self, random_seed: int) -> None:
        self.random_seed = random_seed
        self.clear()

    def clear(self) -> None:
        """Drop all rules, and throw the dice from the beginning."""
        self.random = Random(self.random_seed)  # noqa: S311  repeatable on purpose
        self.rules: list[FaultRule] = []

    def choose_for(self, function: str, account: str, body: bytes) -> CallFaults:
        """Return the faults of one call."""
        faults = CallFaults()
        for rule in self.rules:
            if rule.kind != "latency" and faults.fault is not None:
                continue
            if not self.applies(rule, function, account, body):
                continue
            if rule.kind != "latency":
                faults.fault = rule
            elif rule.when == "before":
                faults.sleep_before += rule.seconds + rule.jitter * self.random.random()
            else:
                faults.sleep_after += rule.seconds + rule.jitter * self.random.random()
        return faults

    def rule_in_processing(self, function: str, account: str, body: bytes) -> FaultRule | None:
        """Return the rule for a request that is processed later; it must name the function."""
        for rule in self.rules:
            is_candidate = rule.function == function and rule.kind in KINDS_IN_PROCESSING
            if is_candidate and self.applies(rule, function, account, body):
                return rule
        return None

    def applies(self, rule: FaultRule, function: str, account: str, body: bytes) -> bool:
        """Tell whether ``rule`` fires, and count it."""
        if rule.function not in (None, function) or rule.account not in (None, account):
            return False
        if rule.match is not None and msgspec.json.encode(rule.match) not in body:
            return False
        rule.seen += 1
        if rule.seen <= rule.after or (rule.times is not None and rule.fired >= rule.times):
            return False
        if rule.probability < 1 and self.random.random() >= rule.probability:
            return False
        rule.fired += 1
        return True


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


def spoilt_list(rule: FaultRule, results: list[Any]) -> list[Any]:
    """Return fewer or more results, or the same in reverse order."""
    if rule.kind == "short":
        return results[: -rule.results]
    if rule.kind == "long":
        return results + results[-1:] * rule.results
    return results[::-1]
