"""Faults on request: the rules in force, and the choice among them for each call.

All latencies that apply add up; of the other kinds the first rule that applies is taken.
"""

from random import Random
from typing import Any

import msgspec

from emulators.serving.fault_rule import KINDS_IN_PROCESSING, FaultRule


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


def spoilt_list(rule: FaultRule, results: list[Any]) -> list[Any]:
    """Return fewer or more results, or the same in reverse order."""
    if rule.kind == "short":
        return results[: -rule.results]
    if rule.kind == "long":
        return results + results[-1:] * rule.results
    return results[::-1]
