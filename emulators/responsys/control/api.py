"""The control API, by which a test prepares the emulator. docs/emulator.md shows every body.

No authentication, and no part of Responsys: everything here is under ``/_control``.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from emulators.responsys.account.seed import AccountSeed
from emulators.responsys.control import orders, reactions, reports
from emulators.responsys.control.picking import pick_account, pick_list
from emulators.responsys.messages.behaviour import Behaviour
from emulators.responsys.messages.http import encode, json_answer
from emulators.responsys.state.emulator import Emulator
from emulators.serving.fault_rule import FaultRule
from emulators.serving.messages import Answer, Request


def serve_order(emulator: Emulator, request: Request) -> Answer:
    """Answer one request; errors are ``{"error": text}``."""
    name = request.path.removeprefix("/_control").strip("/")
    emulator.jobs.process_due(emulator.clock())
    try:
        if request.method == "POST" and name in ORDERS:
            order_type, carry_out = ORDERS[name]
            return json_answer(
                carry_out(emulator, msgspec.json.decode(request.body or b"{}", type=order_type))
            )
        if request.method == "GET" and name in reports.REPORTS:
            return json_answer(reports.REPORTS[name](emulator, request.query))
    except (ValueError, KeyError) as error:
        return Answer(400, encode({"error": str(error)}))
    there_are = [f"POST {name}" for name in ORDERS] + [f"GET {name}" for name in reports.REPORTS]
    return json_answer({"error": f"there is no {request.method} {request.path}", "there_are": there_are}, 404)


def open_account(emulator: Emulator, seed: AccountSeed) -> Any:
    """Create an account, or replace the one of that name."""
    return reports.account_report(emulator.open_account(seed))


def add_lists(emulator: Emulator, order: orders.ListsOrder) -> Any:
    """Create lists, or replace the ones of the same names."""
    account = pick_account(emulator, order.account)
    for seed in order.lists:
        account.add_list(seed)
    return reports.account_report(account)


def add_members(emulator: Emulator, order: orders.MembersOrder) -> Any:
    """Add members to a list."""
    members = pick_list(pick_account(emulator, order.account), order.profile_list).members
    members.add_members(order.members)
    if order.member_range is not None:
        members.add_range(order.member_range)
    if order.any_recipient is not None:
        members.any_recipient = order.any_recipient
    return {"members": len(members), "any_recipient": members.any_recipient}


def add_extensions(emulator: Emulator, order: orders.ExtensionsOrder) -> Any:
    """Create extension tables, or replace the ones of the same names."""
    account = pick_account(emulator, order.account)
    profile_list = pick_list(account, order.profile_list)
    for seed in order.extensions:
        profile_list.add_extension(seed)
        account.folders.add(seed.folder)
    return reports.account_report(account)


def add_campaigns(emulator: Emulator, order: orders.CampaignsOrder) -> Any:
    """Create campaigns, or replace the ones of the same names."""
    account = pick_account(emulator, order.account)
    for seed in order.campaigns:
        account.add_campaign(seed)
    return reports.account_report(account)


def add_tables(emulator: Emulator, order: orders.TablesOrder) -> Any:
    """Create supplemental tables, or replace the ones of the same folders and names."""
    account = pick_account(emulator, order.account)
    for seed in order.tables:
        account.add_table(seed)
    return reports.account_report(account)


def add_events(emulator: Emulator, order: orders.EventsOrder) -> Any:
    """Define events."""
    account = pick_account(emulator, order.account)
    account.events.update(order.events)
    return {"events": sorted(account.events)}


def add_programs(emulator: Emulator, order: orders.ProgramsOrder) -> Any:
    """Define programmes, or start and stop them."""
    account = pick_account(emulator, order.account)
    account.programs.update(order.programs)
    return {"programs": account.programs}


def set_limits(emulator: Emulator, order: orders.LimitsOrder) -> Any:
    """Change limits from the next call on."""
    account = pick_account(emulator, order.account)
    account.limits.change(order.limits)
    return {name: meter.report() for name, meter in account.limits.meters.items()}


def set_faults(emulator: Emulator, rules: list[FaultRule]) -> Any:
    """Replace all rules by these, and end the exhaustion of whole accounts."""
    emulator.faults.rules = rules
    for account in emulator.accounts.values():
        account.limits.exhausted_until = 0.0
    return rules


def set_behaviour(emulator: Emulator, changes: dict[str, Any]) -> Any:
    """Change the switches that are named."""
    emulator.behaviour.copy_from(
        msgspec.convert(msgspec.to_builtins(emulator.behaviour) | changes, Behaviour)
    )
    return emulator.behaviour


def end_tokens(emulator: Emulator, order: orders.TokensOrder) -> Any:
    """Let tokens expire, or become unknown, from now on."""
    account = pick_account(emulator, order.account) if order.account else None
    tokens = emulator.tokens
    ended = tokens.expire(account, emulator.clock()) if order.action == "expire" else tokens.forget(account)
    return {"tokens": ended}


def end_requests(emulator: Emulator, order: orders.RequestsOrder) -> Any:
    """Process all waiting requests at once, or forget all answers."""
    jobs = emulator.jobs
    if order.action == "purge":
        return {"requests": jobs.purge()}
    waiting_count = len(jobs.waiting)
    jobs.process_all(emulator.clock())
    return {"requests": waiting_count}


def reset(emulator: Emulator, order: orders.ResetOrder) -> Any:
    """Forget the calls, or begin again with the seed."""
    if order.calls_only:
        emulator.forget_calls()
    else:
        emulator.reset()
    return {"reset": "calls" if order.calls_only else "all"}


ORDERS: dict[str, tuple[Any, Callable[[Emulator, Any], Any]]] = {
    "accounts": (AccountSeed, open_account),
    "lists": (orders.ListsOrder, add_lists),
    "members": (orders.MembersOrder, add_members),
    "extensions": (orders.ExtensionsOrder, add_extensions),
    "campaigns": (orders.CampaignsOrder, add_campaigns),
    "tables": (orders.TablesOrder, add_tables),
    "events": (orders.EventsOrder, add_events),
    "reactions": (reactions.ReactionsOrder, reactions.react),
    "programs": (orders.ProgramsOrder, add_programs),
    "limits": (orders.LimitsOrder, set_limits),
    "faults": (list[FaultRule], set_faults),
    "behaviour": (dict[str, Any], set_behaviour),
    "tokens": (orders.TokensOrder, end_tokens),
    "requests": (orders.RequestsOrder, end_requests),
    "reset": (orders.ResetOrder, reset),
}
