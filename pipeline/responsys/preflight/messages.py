"""Look for events and campaigns."""

from collections.abc import Iterator

from pipeline.model.finding import Finding
from pipeline.model.looking import likely
from pipeline.responsys.needs import Campaign, Event
from pipeline.responsys.preflight.account import CAMPAIGNS, MOST_PAGES, Account
from pipeline.responsys.preflight.listings import Entry


def look_for_event(account: Account, subject: str, need: Event) -> Iterator[Finding]:
    """Find a custom event."""
    there = need.name in account.events
    missing = "" if there else f": the account has no such event{likely(need.name, account.events)}"
    yield Finding("event", there, f'{subject}, event "{need.name}"{missing}')


def look_for_campaign(account: Account, subject: str, need: Campaign) -> Iterator[Finding]:
    """Find a campaign, which must send e-mail, and to the connector's list."""
    found, text = account.campaign(need.name), f'{subject}, campaign "{need.name}"'
    if found is None:
        hint = likely(need.name, account.campaigns)
        yield Finding("campaign", False, f"{text}: the account has no such campaign{hint}")
        return
    actual, wanted = found.get("listName"), account.connector.profile_list
    wrong = "" if actual == wanted else f': it sends to list "{actual}", not "{wanted}"'
    wrong = other_channel(account, need.name, found) or wrong
    yield Finding("campaign", not wrong, text + wrong)


def other_channel(account: Account, name: str, found: Entry) -> str:
    """Say if a campaign sends no e-mail; without a channel in it, the listing of e-mail campaigns decides."""
    channel = found.get("type")
    if isinstance(channel, str) and channel:
        return "" if "email" in channel.lower() else f": it is of type {channel[:40]} and sends no e-mail"
    if name in account.campaigns or len(account.campaigns) >= MOST_PAGES * CAMPAIGNS:
        return ""
    return ": it is not among the account's e-mail campaigns"
