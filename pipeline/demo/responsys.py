"""The demo's control of the emulator: it orders faults, and counts the events that arrived."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import requests

FUNCTION = "triggerCustomEvent"
FIRST_RIID = 100_000_001  # of person 0, in all emulators
LEDGER = {"detail": "1", "function": FUNCTION, "limit": "1000"}
TIMEOUT = 10  # seconds
THROTTLING, EXPIRY = "API_LIMIT_EXCEEDED", "TOKEN_EXPIRED"

# Each happens once, whatever the pipeline does: it keeps to the limit, so a refusal must be injected.
TROUBLE: list[dict[str, Any]] = [
    {"kind": "latency", "function": FUNCTION, "seconds": 0.25, "jitter": 0.2},
    {"kind": "error", "function": FUNCTION, "errorCode": THROTTLING, "after": 3, "times": 1},
    {"kind": "expire_token", "function": FUNCTION, "after": 6, "times": 1},
]


@dataclass(frozen=True)
class EmulatedAccount:
    """Numbers of the account."""

    taken: int  # recipients with a triggered event
    refused: dict[str, int]  # recipients turned down, by code
    calls: Counter[tuple[str, str]]  # by function and outcome
    violations: int  # requests that break a rule of Responsys

    def met(self, trouble: str) -> bool:
        """Tell whether a call came to grief with this code."""
        return any(outcome == trouble for _, outcome in self.calls)


class Responsys:
    """The control API of a running emulator."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False  # this machine needs no proxy

    def make_trouble(self) -> None:
        """Order the trouble of the demo."""
        self._session.post(f"{self.url}/_control/faults", json=TROUBLE, timeout=TIMEOUT).raise_for_status()

    def recipients(self, event: str) -> set[int]:
        """Return the numbers of the people that an event was triggered for."""
        answer = self._session.get(f"{self.url}/_control/ledger", params=LEDGER, timeout=TIMEOUT)
        answer.raise_for_status()
        calls = [call for call in answer.json()["calls"] if call["target"] == event]
        rows = [row for call in calls for row in call["rows"] if not row["errorMessage"]]
        return {int(row["recipientId"]) - FIRST_RIID for row in rows}

    def account(self) -> EmulatedAccount:
        """Read the account's numbers up to now."""
        answer = self._session.get(f"{self.url}/_control/summary", timeout=TIMEOUT)
        answer.raise_for_status()
        told = answer.json()
        calls: Counter[tuple[str, str]] = Counter()
        for line in told["calls"]:
            calls[line["function"], line["outcome"]] += line["calls"]
        return EmulatedAccount(
            taken=told["recipients"]["accepted"],
            refused=told["recipients"]["rejected"],
            calls=calls,
            violations=told["violations"],
        )
