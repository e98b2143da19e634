"""Look whether the account says how many calls it may make, and whether they may be asynchronous."""

from collections.abc import Collection, Iterator

from pipeline.model.call import Sender
from pipeline.model.finding import Finding
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.preflight.account import Account
from pipeline.responsys.ratelimit import read_limits


def look_for_limits(
    connector: ResponsysConnector, client: Sender, functions: Collection[str]
) -> Iterator[Finding]:
    """Find the limit of every function that is used."""
    configured = connector.limits
    told = {} if functions and configured.keys() >= set(functions) else read_limits(client)
    for function in sorted(functions):
        yield limit(function, configured.get(function), told.get(function))
    if not functions:
        says = "says" if told else "does not say"
        yield Finding("limits", bool(told), f"the account {says} its limits")


def limit(function: str, configured: int | None, told: int | None) -> Finding:
    """Say how often a function may be called, and whether the connector or the account says so."""
    if configured or told:
        source = "as configured" if configured else "as the account says"
        return Finding("limits", True, f"{function}: {configured or told} calls per minute, {source}")
    text = f'the account does not say how many calls of {function} it may make: set it in "limits"'
    return Finding("limits", False, text)


def look_for_async(account: Account) -> Iterator[Finding]:
    """Find out whether answers may be asked for later, by asking for one that never was."""
    account.poll()
    yield Finding("api", True, "the asynchronous API answers")
