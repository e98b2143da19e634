"""Two accounts with three destinations, and the trouble that their Responsys makes."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.records import configuration
from pipeline.text import toml
from tests.processes.environment import Environment
from tests.processes.limited_account import LimitedAccount

LIST, SEGMENTS = "CONTACTS_LIST", "Activation_Segments"
EVENT, MERGE, FILL = "triggerCustomEvent", "mergeListMembers", "mergeProfileExtensionMembers"
WINDOW = 3  # seconds that count as a minute, here and at the emulator
LIMITS = {EVENT: 30, MERGE: 40, FILL: 40}  # calls in each of these windows
MAX_AGE = 5  # seconds
READ_TIMEOUT = 5  # seconds

# Each strikes once in any case and then with this probability.
TROUBLE: tuple[tuple[float, dict[str, Any]], ...] = (
    (0.010, {"kind": "html", "status": 502}),
    (0.005, {"kind": "html", "status": 500, "when": "after"}),
    (0.010, {"kind": "close"}),
    (0.010, {"kind": "close", "when": "after"}),
    (0.005, {"kind": "truncate"}),
    (0.005, {"kind": "short"}),
    (0.005, {"kind": "long"}),
    (0.002, {"kind": "hang"}),
    (0.002, {"kind": "hang", "when": "after"}),
    (0.010, {"kind": "expire_token"}),
    (0.005, {"kind": "expire_token", "errorCode": "INVALID_TOKEN"}),
    (0.010, {"kind": "error", "errorCode": "SERVICE_UNAVAILABLE"}),
    (0.005, {"kind": "error", "errorCode": "API_LIMIT_EXCEEDED"}),
    (0.002, {"kind": "capacity", "seconds": 2.0}),
)
SLOW = ({"seconds": 0.1, "jitter": 0.5}, {"seconds": 0.05, "jitter": 0.2, "when": "after"})


@dataclass(frozen=True)
class Way:
    """One destination, and what its repetitions are: harmless or wanted, or never allowed."""

    limited_account: LimitedAccount
    audience: str
    state: bool
    resends: bool
    functions: tuple[str, ...]


def open_accounts(environment: Environment, profiles: int, *, trouble: bool, seed: int) -> tuple[Way, ...]:
    """Set up both accounts and all destinations."""
    for name in ("acme", "globex"):
        environment.emulator.order("accounts", account(name, profiles))
    lapsed, members = {"audience": "lapsed", "max_age": MAX_AGE}, {"audience": "members", "max_age": MAX_AGE}
    event = {**lapsed, "action": "custom_event", "event": "LAPSED"}
    configure(environment, {
        "connectors": {name: connector(name, environment.emulator.url) for name in ("acme", "globex")},
        "destinations": {
            "acme-event": {**event, "connector": "acme"},
            "globex-event": {**event, "connector": "globex", "on_unknown": "resend"},
            "acme-list": {**members, "connector": "acme", **export()},
        },
    })  # fmt: skip
    slow = [{"kind": "latency", "function": name, **rule} for name in LIMITS for rule in SLOW]
    environment.emulator.order("faults", [*slow, *(misfortunes(seed) if trouble else ())])
    return (
        Way(limited_account(environment, "acme-event", "acme"), "lapsed", False, False, (EVENT,)),
        Way(limited_account(environment, "globex-event", "globex"), "lapsed", False, True, (EVENT,)),
        Way(limited_account(environment, "acme-list", "acme"), "members", True, True, (MERGE, FILL)),
    )


def configure(environment: Environment, records: dict[str, Any]) -> None:
    """Apply records as a person does, from a file."""
    file = environment.folder / "activation.toml"
    file.write_text(toml.dumps(records))
    environment.apply(configuration.read_configuration(str(file), {}, ()))


def limited_account(environment: Environment, name: str, connector: str) -> LimitedAccount:
    """Return what tells of one destination."""
    return LimitedAccount(
        name, environment.broker_url, environment.client, environment.engine, environment.emulator, connector
    )


def account(name: str, profiles: int) -> dict[str, Any]:
    """Describe an account that knows everybody."""
    people = {"count": profiles, "prefix": "p"}
    return {
        "name": name,
        "users": {name: "secret"},
        "lists": [{"name": LIST, "folder": "Main", "fields": {"SEQ": "NUMBER"}, "ranges": [people]}],
        "events": ["LAPSED"],
        "limits": LIMITS,
    }


def connector(name: str, url: str) -> dict[str, Any]:
    """Describe a connector."""
    return {
        "kind": "responsys", "name": name, "username": name, "password": "secret", "auth_endpoint": url,
        "profile_list": LIST, "list_folder": "Main", "identifier_type": "hashed_email",
        "limits": LIMITS, "utilisation": 0.95, "max_in_flight": 8,
    }  # fmt: skip


def export() -> dict[str, Any]:
    """Describe what is kept in the list and in a table."""
    return {
        "action": "audience_export", "identifiers": {"email": "EMAIL_ADDRESS_"},
        "match_column_1": "EMAIL_ADDRESS_", "columns": {"number": "SEQ"},
        "memberships": {"members": "MEMBERS"},
    }  # fmt: skip


def misfortunes(seed: int) -> Iterator[dict[str, Any]]:
    """Let everything go wrong with every function, once at a drawn call and then now and again."""
    dice = random.Random(f"{seed} trouble")
    for function in LIMITS:
        for probability, rule in TROUBLE:
            yield {**rule, "function": function, "after": dice.randrange(5, 60), "times": 1}
            yield {**rule, "function": function, "probability": probability}
