"""Reports of the control API: accounts, faults, the ledger, violations."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from emulators.responsys.account.account import Account
from emulators.responsys.calls import events, extension_rows, merge_results, merge_trigger, trigger_email
from emulators.responsys.control import contents, outbox
from emulators.responsys.state.emulator import Emulator
from emulators.responsys.state.ledger import LedgerEntry

ROWS_OF = {
    "triggerCustomEvent": events.describe_event,
    "mergeListMembers": merge_results.describe_records,
    "mergeProfileExtensionMembers": merge_results.describe_records,
    "mergeSupplementalTableMembers": merge_results.describe_records,
    "mergeTriggerEmail": merge_trigger.describe_merge_trigger,
    "triggerEmail": trigger_email.describe_trigger_email,
    "deleteProfileExtensionMembers": extension_rows.describe_deletion,
    "deleteProfileExtensionMember": extension_rows.describe_deletion,
}


def show_accounts(emulator: Emulator, _query: str) -> Any:
    """Show every account, without passwords."""
    return [account_report(account) for account in emulator.accounts.values()]


def account_report(account: Account) -> dict[str, Any]:
    """Return the report of an account, without passwords."""
    return {
        "name": account.name,
        "users": list(account.users),
        "lists": [
            {
                "name": profile_list.name,
                "folder": profile_list.folder,
                "members": len(profile_list.members),
                "any_recipient": profile_list.members.any_recipient,
                "extensions": {name: len(table.rows) for name, table in profile_list.extensions.items()},
            }
            for profile_list in account.lists.values()
        ],
        "events": sorted(account.events),
        "campaigns": {name: campaign.list_name for name, campaign in account.campaigns.items()},
        "tables": [
            {"name": table.name, "folder": table.folder, "rows": len(table.rows)}
            for table in account.tables.values()
        ],
        "limits": {name: meter.limit for name, meter in account.limits.meters.items()},
    }


def show_behaviour(emulator: Emulator, _query: str) -> Any:
    """Show all switches."""
    return emulator.behaviour


def show_faults(emulator: Emulator, _query: str) -> Any:
    """Show the rules with how often they fired."""
    return emulator.faults.rules


def show_ledger(emulator: Emulator, query: str) -> Any:
    """Show processed calls, in order; ``?detail=1&offset=0&limit=100&account=&function=``."""
    parameters = dict(parse_qsl(query))
    entries = [
        (number, entry)
        for number, entry in enumerate(emulator.ledger.entries)
        if parameters.get("account") in (None, entry.account)
        and parameters.get("function") in (None, entry.function)
    ]
    offset, limit = int(parameters.get("offset", 0)), int(parameters.get("limit", 1000))
    page = entries[offset : offset + limit]
    detail = parameters.get("detail") == "1"
    return {
        "total": len(entries),
        "calls": [call_report(number, entry, detail=detail) for number, entry in page],
    }


def call_report(number: int, entry: LedgerEntry, *, detail: bool) -> dict[str, Any]:
    """Return the report of one processed call."""
    report = {
        "call": number,
        "time": entry.time,
        "arrived": entry.arrived,
        "account": entry.account,
        "function": entry.function,
        "target": entry.target,
        "recipients": entry.recipients,
        "rejected": len(entry.rejected),
        "lost": entry.answer_fault,
    }
    return report | {"rows": ROWS_OF.get(entry.function, no_rows)(entry)} if detail else report


def no_rows(_entry: LedgerEntry) -> list[dict[str, Any]]:
    """Return the rows of a call without recipients and records."""
    return []


def show_requests(emulator: Emulator, _query: str) -> Any:
    """Show all asynchronous requests until their answers are purged, in the order they came."""
    return [
        {
            "requestId": job.id,
            "account": job.account,
            "function": job.function,
            "accepted": job.accepted,
            "processed": job.processed,
            "status": job.status,
        }
        for job in emulator.jobs.by_id.values()
    ]


def show_summary(emulator: Emulator, _query: str) -> Any:
    """Show all counts, and how near each limit the calls came."""
    limits = [
        {"account": account.name, "function": name, **meter.report()}
        for account in emulator.accounts.values()
        for name, meter in account.limits.meters.items()
        if meter.peak or meter.throttled
    ]
    return emulator.ledger.summary() | {"limits": limits}


def show_violations(emulator: Emulator, _query: str) -> Any:
    """Show the number of violations, and the latest with their reasons."""
    return {"total": emulator.ledger.violation_count, "violations": list(emulator.ledger.violations)}


def show_webhooks(emulator: Emulator, _query: str) -> Any:
    """Show the events of recipients, and how many were told."""
    return emulator.webhooks.report()


REPORTS: dict[str, Callable[[Emulator, str], Any]] = {
    "accounts": show_accounts,
    "behaviour": show_behaviour,
    "faults": show_faults,
    "outbox": outbox.show_outbox,
    "requests": show_requests,
    "ledger": show_ledger,
    "members": contents.show_list_contents,
    "extension": contents.show_extension_contents,
    "table": contents.show_table_contents,
    "summary": show_summary,
    "violations": show_violations,
    "webhooks": show_webhooks,
}
