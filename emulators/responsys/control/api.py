"""The control API: what a test does to the emulator. docs/emulator.md shows every body.

No authentication, and no part of Responsys: everything here is under ``/_control``.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from emulators.responsys.account.seed import AccountSeed
from emulators.responsys.control import orders, reports
from emulators.responsys.control.picking import pick_account, pick_list
from emulators.responsys.messages.behaviour import Behaviour
from emulators.responsys.messages.http import Answer, Request, answer, encode
from emulators.responsys.state.emulator import Emulator
from emulators.responsys.state.faults import Rule


def serve(emulator: Emulator, request: Request) -> Answer:
    """Answer one request; errors are ``{"error": text}``."""
    name = request.path.removeprefix("/_control").strip("/")
    emulator.jobs.catch_up(emulator.clock())
    try:
        if request.method == "POST" and name in ORDERS:
            body_type, carry_out = ORDERS[name]
            return answer(carry_out(emulator, msgspec.json.decode(request.body or b"{}", type=body_type)))
        if request.method == "GET" and name in reports.REPORTS:
            return answer(reports.REPORTS[name](emulator, request.query))
    except (ValueError, KeyError) as error:
        return Answer(400, encode({"error": str(error)}))
    there_are = [f"POST {name}" for name in ORDERS] + [f"GET {name}" for name in reports.REPORTS]
    return answer({"error": f"there is no {request.method} {request.path}", "there_are": there_are}, 404)


def open_account(emulator: Emulator, seed: AccountSeed) -> Any:
    """Create an account, or replace the one of that name."""
    return reports.account(emulator.open_account(seed))


def add_lists(emulator: Emulator, order: orders.Lists) -> Any:
    """Create lists, or replace those of the same names."""
    account = pick_account(emulator, order.account)
    for seed in order.lists:
        account.add_list(seed)
    return reports.account(account)


def add_members(emulator: Emulator, order: orders.Members) -> Any:
    """Add people to a list."""
    members = pick_list(pick_account(emulator, order.account), order.profile_list).members
    members.add(order.members)
    if order.people is not None:
        members.add_range(order.people)
    if order.any_recipient is not None:
        members.anyone = order.any_recipient
    return {"members": len(members), "any_recipient": members.anyone}


def add_extensions(emulator: Emulator, order: orders.Extensions) -> Any:
    """Create extension tables, or replace those of the same names."""
    account = pick_account(emulator, order.account)
    profile_list = pick_list(account, order.profile_list)
    for seed in order.extensions:
        profile_list.add_extension(seed)
        account.folders.add(seed.folder)
    return reports.account(account)


def add_campaigns(emulator: Emulator, order: orders.Campaigns) -> Any:
    """Create campaigns, or replace those of the same names."""
    account = pick_account(emulator, order.account)
    for seed in order.campaigns:
        account.add_campaign(seed)
    return reports.account(account)


def add_tables(emulator: Emulator, order: orders.Tables) -> Any:
    """Create supplemental tables, or replace those of the same folders and names."""
    account = pick_account(emulator, order.account)
    for seed in order.tables:
        account.add_table(seed)
    return reports.account(account)


def add_events(emulator: Emulator, order: orders.Events) -> Any:
    """Define events."""
    account = pick_account(emulator, order.account)
    account.events.update(order.events)
    return {"events": sorted(account.events)}


def set_limits(emulator: Emulator, order: orders.Limits) -> Any:
    """Change limits from the next call on."""
    account = pick_account(emulator, order.account)
    account.limits.set(order.limits)
    return {name: meter.report() for name, meter in account.limits.meters.items()}


def set_faults(emulator: Emulator, rules: list[Rule]) -> Any:
    """Put these rules in the place of all others, and account-wide exhaustion to an end."""
    emulator.faults.rules = rules
    for account in emulator.accounts.values():
        account.limits.exhausted_until = 0.0
    return rules


def set_behaviour(emulator: Emulator, changes: dict[str, Any]) -> Any:
    """Change the switches that are named."""
    emulator.behaviour.become(msgspec.convert(msgspec.to_builtins(emulator.behaviour) | changes, Behaviour))
    return emulator.behaviour


def end_tokens(emulator: Emulator, order: orders.Tokens) -> Any:
    """Let tokens run out, or be unknown, from now on."""
    account = pick_account(emulator, order.account) if order.account else None
    tokens = emulator.tokens
    ended = tokens.expire(account, emulator.clock()) if order.action == "expire" else tokens.forget(account)
    return {"tokens": ended}


def end_requests(emulator: Emulator, order: orders.Requests) -> Any:
    """Process at once what waits, or forget all answers."""
    jobs = emulator.jobs
    if order.action == "purge":
        return {"requests": jobs.purge()}
    waiting = len(jobs.waiting)
    jobs.finish(emulator.clock())
    return {"requests": waiting}


def reset(emulator: Emulator, order: orders.Reset) -> Any:
    """Forget what happened, or begin again altogether."""
    if order.calls_only:
        emulator.forget()
    else:
        emulator.reset()
    return {"reset": "calls" if order.calls_only else "all"}


ORDERS: dict[str, tuple[Any, Callable[[Emulator, Any], Any]]] = {
    "accounts": (AccountSeed, open_account),
    "lists": (orders.Lists, add_lists),
    "members": (orders.Members, add_members),
    "extensions": (orders.Extensions, add_extensions),
    "campaigns": (orders.Campaigns, add_campaigns),
    "tables": (orders.Tables, add_tables),
    "events": (orders.Events, add_events),
    "limits": (orders.Limits, set_limits),
    "faults": (list[Rule], set_faults),
    "behaviour": (dict[str, Any], set_behaviour),
    "tokens": (orders.Tokens, end_tokens),
    "requests": (orders.Requests, end_requests),
    "reset": (orders.Reset, reset),
}
