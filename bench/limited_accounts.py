"""Accounts with limits of their own, and ways out to them: an audience with one destination each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.emulator import wait_until
from bench.environment import Environment
from bench.rows import rows
from pipeline import Producer

EVENTS = "triggerCustomEvent"
MAILS = "mergeTriggerEmail"
MERGES = "mergeListMembers"
COLUMNS = [f"POINTS_{number}" for number in range(20)]
ACTIONS: dict[str, dict[str, Any]] = {
    EVENTS: {"action": "custom_event", "event": "LAPSED"},
    MAILS: {"action": "campaign_email", "campaign": "WELCOME"},
    MERGES: {
        "action": "audience_export", "identifiers": {"email": "EMAIL_ADDRESS_"},
        "match_column_1": "EMAIL_ADDRESS_", "columns": {name.lower(): name for name in COLUMNS},
    },
}  # fmt: skip
ROWS = 20  # per call: what is measured is calls, and the machine is small
NONE = 1_000_000_000  # a limit that nobody reaches


@dataclass(frozen=True)
class LimitedAccount:
    """An audience, and the account and function by which its changes leave."""

    environment: Environment
    name: str
    account: str
    function: str
    rows: int  # in a full call

    def fill(self, calls: int) -> None:
        """Produce the rows of so many full calls."""
        with Producer(self.environment.broker_url) as producer:
            producer.activate_many(rows(calls * self.rows, self.name, self.name))

    def times(self) -> list[float]:
        """Return when calls came in, of this account and function."""
        calls = self.environment.emulator.calls(self.account)
        return sorted(call["time"] for call in calls if call["function"] == self.function)

    def wait_for(self, calls: int, timeout: float) -> None:
        """Wait until the account has seen so many."""
        wait_until(
            lambda: len(self.times()) >= calls, timeout, lambda: f"{len(self.times())} calls of {calls}"
        )


def open_limited_account(
    environment: Environment,
    name: str,
    *,
    limit: int,
    account: str = "",
    functions: Sequence[str] = (EVENTS,),
    told: bool = False,
    per_call: int = ROWS,
    max_age: float = 600,
    in_flight: int = 8,
) -> list[LimitedAccount]:
    """Set up a connector, on a new account unless it is named, with a limited account for each function.

    ``told``: the limits are not configured, the account says them.
    """
    if not account:
        environment.emulator.open(name, ["LAPSED"], dict.fromkeys(functions, limit), COLUMNS)
    limits = {} if told else dict.fromkeys(functions, limit)
    connector = {
        "kind": "responsys", "name": name, "username": account or name, "password": "secret",
        "auth_endpoint": environment.emulator.url, "profile_list": "CONTACTS_LIST",
        "identifier_type": "hashed_email", "limits": limits, "utilisation": 1.0, "max_in_flight": in_flight,
    }  # fmt: skip
    limited_accounts = [
        LimitedAccount(environment, f"{name}-{number}", account or name, function, per_call)
        for number, function in enumerate(functions)
    ]
    common = {"connector": name, "max_rows": per_call, "max_age": max_age}
    destinations = {
        limited_account.name: {
            "audience": limited_account.name,
            **common,
            **ACTIONS[limited_account.function],
        }
        for limited_account in limited_accounts
    }
    environment.apply({"connectors": {name: connector}, "destinations": destinations})
    return limited_accounts
