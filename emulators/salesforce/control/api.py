"""The control API, by which a test prepares the emulator. docs/salesforce-emulator.md shows every body.

No authentication, and no part of Salesforce: everything here is under ``/_control``.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from emulators.salesforce.control import orders, reports
from emulators.salesforce.control.loading import load_range, load_record
from emulators.salesforce.messages.bodies import encode, json_answer
from emulators.salesforce.messages.errors import RowError
from emulators.salesforce.org.field import read_field
from emulators.salesforce.org.life import convert_lead, merge_records
from emulators.salesforce.org.saving import Writer
from emulators.salesforce.org.settings import OrgSettings
from emulators.salesforce.org.standard import fields_of
from emulators.salesforce.state.behaviour import Behaviour
from emulators.salesforce.state.emulator import Emulator
from emulators.salesforce.state.logins import App
from emulators.serving.fault_rule import FaultRule
from emulators.serving.messages import Answer, Request


def serve_order(emulator: Emulator, request: Request) -> Answer:
    """Answer one request; errors are ``{"error": text}``."""
    name = request.path.removeprefix("/_control").strip("/")
    try:
        if request.method == "POST" and name in ORDERS:
            order_type, carry_out = ORDERS[name]
            order = msgspec.json.decode(request.body or b"{}", type=order_type)
            return json_answer(carry_out(emulator, order))
        if request.method == "GET" and name in reports.REPORTS:
            return json_answer(reports.REPORTS[name](emulator, request.query))
    except (ValueError, KeyError, RowError) as error:
        return Answer(400, encode({"error": in_words(error)}))
    there_are = [f"POST {name}" for name in ORDERS] + [f"GET {name}" for name in reports.REPORTS]
    return json_answer({"error": f"there is no {request.method} {request.path}", "there_are": there_are}, 404)


def in_words(error: Exception) -> str:
    """Say why an order is refused; a KeyError has the name that the org does not know."""
    if isinstance(error, RowError):
        return f"{error.code}: {error.message}"
    return f"there is no {error.args[0]}" if isinstance(error, KeyError) else str(error)


def load(emulator: Emulator, order: orders.LoadOrder) -> Any:
    """Store records as they are."""
    table = emulator.org.tables[order.table.lower()]
    if order.record_range is not None:
        return {"count": load_range(emulator.org, table, order.record_range)}
    return {"ids": [load_record(emulator.org, table, body) for body in order.records]}


def edit(emulator: Emulator, order: orders.EditOrder) -> Any:
    """Edit a record by hand."""
    table, writer = emulator.org.tables[order.table.lower()], Writer(emulator.org, emulator.org.human, True)
    if order.id is None:
        return {"id": writer.create(table, order.fields)}
    writer.update(table, order.id, order.fields)
    return {"id": order.id}


def delete(emulator: Emulator, order: orders.IdsOrder) -> Any:
    """Move records to the recycle bin."""
    writer = Writer(emulator.org, emulator.org.human)
    for record_id in order.ids:
        writer.delete(emulator.org.by_prefix[record_id[:3]], record_id)
    return {"deleted": len(order.ids)}


def purge(emulator: Emulator, order: orders.IdsOrder) -> Any:
    """Delete records for good, as when the recycle bin is emptied."""
    for record_id in order.ids:
        emulator.org.by_prefix[record_id[:3]].remove(record_id)
    return {"purged": len(order.ids)}


def merge(emulator: Emulator, order: orders.MergeOrder) -> Any:
    """Merge records."""
    merge_records(emulator.org, order.master, order.losers, emulator.org.human)
    return {"master": order.master}


def convert(emulator: Emulator, order: orders.ConvertOrder) -> Any:
    """Convert a lead."""
    return convert_lead(emulator.org, order.lead, emulator.org.human, order.contact, order.opportunity)


def set_settings(emulator: Emulator, changes: dict[str, Any]) -> Any:
    """Replace the settings that are named."""
    org = emulator.org
    org.settings = msgspec.convert(msgspec.to_builtins(org.settings) | changes, OrgSettings)
    return org.settings


def set_behaviour(emulator: Emulator, changes: dict[str, Any]) -> Any:
    """Change the switches that are named."""
    wanted = msgspec.to_builtins(emulator.behaviour) | changes
    emulator.behaviour.copy_from(msgspec.convert(wanted, Behaviour))
    return emulator.behaviour


def set_faults(emulator: Emulator, rules: list[FaultRule]) -> Any:
    """Replace all rules by these."""
    emulator.faults.rules = rules
    return rules


def set_apps(emulator: Emulator, apps: list[App]) -> Any:
    """Replace the apps that may log in."""
    emulator.logins.apps = {app.client_id: app for app in apps}
    return {"apps": list(emulator.logins.apps)}


def set_fields(emulator: Emulator, order: orders.FieldsOrder) -> Any:
    """Change the fields of an object."""
    table = emulator.org.tables[order.table.lower()]
    table.fields |= {field.name.lower(): field for field in map(read_field, order.add)}
    for name in order.remove:
        del table.fields[name.lower()]
    table.hidden |= {name.lower() for name in order.hide}
    table.hidden -= {name.lower() for name in order.show}
    return {"fields": [f.name for f in table.fields.values()], "hidden": sorted(table.hidden)}


def add_object(emulator: Emulator, order: orders.ObjectOrder) -> Any:
    """Add a custom object."""
    table = emulator.org.add_table(order.name, order.prefix, fields_of("\n".join(order.fields)))
    return {"fields": [field.name for field in table.fields.values()]}


def end_tokens(emulator: Emulator, order: orders.TokensOrder) -> Any:
    """Revoke all tokens."""
    emulator.logins.calls_per_token = order.calls
    return {"tokens": emulator.logins.revoke_all()}


def set_clock(emulator: Emulator, order: orders.ClockOrder) -> Any:
    """Put the org's clock ahead of ours, or behind."""
    emulator.ahead = order.ahead
    return {"now": emulator.clock()}


def reset(emulator: Emulator, order: orders.ResetOrder) -> Any:
    """Forget the calls, or begin again."""
    if order.calls_only:
        emulator.forget_calls()
    else:
        emulator.reset()
    return {"reset": "calls" if order.calls_only else "all"}


ORDERS: dict[str, tuple[Any, Callable[[Emulator, Any], Any]]] = {
    "load": (orders.LoadOrder, load),
    "edit": (orders.EditOrder, edit),
    "delete": (orders.IdsOrder, delete),
    "purge": (orders.IdsOrder, purge),
    "merge": (orders.MergeOrder, merge),
    "convert": (orders.ConvertOrder, convert),
    "settings": (dict[str, Any], set_settings),
    "behaviour": (dict[str, Any], set_behaviour),
    "faults": (list[FaultRule], set_faults),
    "apps": (list[App], set_apps),
    "fields": (orders.FieldsOrder, set_fields),
    "objects": (orders.ObjectOrder, add_object),
    "tokens": (orders.TokensOrder, end_tokens),
    "clock": (orders.ClockOrder, set_clock),
    "reset": (orders.ResetOrder, reset),
}
