"""What the control API tells: accounts, faults, the ledger, violations."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from emulators.responsys.account.account import Account
from emulators.responsys.calls import emails, events, extension_rows, list_members
from emulators.responsys.control import contents, outbox
from emulators.responsys.state.emulator import Emulator
from emulators.responsys.state.ledger import Entry

DETAILS = {
    "triggerCustomEvent": events.describe,
    "mergeListMembers": list_members.describe,
    "mergeProfileExtensionMembers": list_members.describe,
    "mergeSupplementalTableMembers": list_members.describe,
    "mergeTriggerEmail": emails.describe_merge,
    "triggerEmail": emails.describe_trigger,
    "deleteProfileExtensionMembers": extension_rows.describe,
    "deleteProfileExtensionMember": extension_rows.describe,
}


def accounts(emulator: Emulator, _query: str) -> Any:
    """Show every account, without passwords."""
    return [account(one) for one in emulator.accounts.values()]


def account(one: Account) -> dict[str, Any]:
    """Show an account, without passwords."""
    return {
        "name": one.name,
        "users": list(one.users),
        "lists": [
            {
                "name": profile_list.name,
                "folder": profile_list.folder,
                "members": len(profile_list.members),
                "any_recipient": profile_list.members.anyone,
                "extensions": {name: len(table.rows) for name, table in profile_list.extensions.items()},
            }
            for profile_list in one.lists.values()
        ],
        "events": sorted(one.events),
        "campaigns": {name: campaign.list_name for name, campaign in one.campaigns.items()},
        "tables": [
            {"name": table.name, "folder": table.folder, "rows": len(table.rows)}
            for table in one.tables.values()
        ],
        "limits": {name: meter.limit for name, meter in one.limits.meters.items()},
    }


def behaviour(emulator: Emulator, _query: str) -> Any:
    """Show all switches."""
    return emulator.behaviour


def faults(emulator: Emulator, _query: str) -> Any:
    """Show the rules with how often they fired."""
    return emulator.faults.rules


def ledger(emulator: Emulator, query: str) -> Any:
    """Show processed calls, in order; ``?detail=1&offset=0&limit=100&account=&function=``."""
    asked = dict(parse_qsl(query))
    entries = [
        (number, entry)
        for number, entry in enumerate(emulator.ledger.entries)
        if asked.get("account") in (None, entry.account) and asked.get("function") in (None, entry.function)
    ]
    offset, limit = int(asked.get("offset", 0)), int(asked.get("limit", 1000))
    page = entries[offset : offset + limit]
    detail = asked.get("detail") == "1"
    return {
        "total": len(entries),
        "calls": [describe(number, entry, detail=detail) for number, entry in page],
    }


def describe(number: int, entry: Entry, *, detail: bool) -> dict[str, Any]:
    """Show one processed call."""
    told = {
        "call": number,
        "time": entry.time,
        "account": entry.account,
        "function": entry.function,
        "target": entry.target,
        "recipients": entry.recipients,
        "rejected": len(entry.rejected),
        "lost": entry.lost,
    }
    return told | {"rows": DETAILS.get(entry.function, nothing)(entry)} if detail else told


def nothing(_entry: Entry) -> list[dict[str, Any]]:
    """Tell a call that is about no records."""
    return []


def requests(emulator: Emulator, _query: str) -> Any:
    """Show all requests whose answers are kept, in the order they came."""
    return [
        {
            "requestId": job.id,
            "account": job.account,
            "function": job.function,
            "accepted": job.accepted,
            "processed": job.processed,
            "status": job.status,
        }
        for job in emulator.jobs.known.values()
    ]


def summary(emulator: Emulator, _query: str) -> Any:
    """Show all counts, and how near each limit the calls came."""
    limits = [
        {"account": one.name, "function": name, **meter.report()}
        for one in emulator.accounts.values()
        for name, meter in one.limits.meters.items()
        if meter.peak or meter.throttled
    ]
    return emulator.ledger.summary() | {"limits": limits}


def violations(emulator: Emulator, _query: str) -> Any:
    """Show what was asked that nobody should ask: how often, and the latest with their reasons."""
    return {"total": emulator.ledger.violation_count, "violations": list(emulator.ledger.violations)}


REPORTS: dict[str, Callable[[Emulator, str], Any]] = {
    "accounts": accounts,
    "behaviour": behaviour,
    "faults": faults,
    "outbox": outbox.show,
    "requests": requests,
    "ledger": ledger,
    "members": contents.members,
    "extension": contents.extension,
    "table": contents.table,
    "summary": summary,
    "violations": violations,
}
