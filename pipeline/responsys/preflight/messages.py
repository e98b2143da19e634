"""Look for events and campaigns."""

from collections.abc import Iterator

from pipeline.model.finding import Finding
from pipeline.responsys.needs import Campaign, Event
from pipeline.responsys.preflight.account import Account
from pipeline.responsys.preflight.looking import likely


def look_for_event(account: Account, subject: str, need: Event) -> Iterator[Finding]:
    """Find a custom event."""
    there = need.name in account.events
    missing = "" if there else f": the account has no such event{likely(need.name, account.events)}"
    yield Finding("event", there, f'{subject}, event "{need.name}"{missing}')


def look_for_campaign(account: Account, subject: str, need: Campaign) -> Iterator[Finding]:
    """Find a campaign, which must send to the connector's list."""
    found, text = account.campaign(need.name), f'{subject}, campaign "{need.name}"'
    if found is None:
        hint = likely(need.name, account.campaigns)
        yield Finding("campaign", False, f"{text}: the account has no such campaign{hint}")
        return
    actual, wanted = found.get("listName"), account.connector.profile_list
    wrong = "" if actual == wanted else f': it sends to list "{actual}", not "{wanted}"'
    yield Finding("campaign", not wrong, text + wrong)
