"""Reports: the records of the emulator, and the calls that it received."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import msgspec

from emulators.salesforce.org.table import Table
from emulators.salesforce.soql.rows import shown
from emulators.salesforce.state.emulator import Emulator


def summary(emulator: Emulator, _query: str) -> Any:
    """Return all counts."""
    usage = emulator.usage
    counts = {"logins": emulator.logins.count, "used": usage.used(emulator.clock()), "refused": usage.refused}
    return emulator.ledger.summary() | counts


def ledger(emulator: Emulator, query: str) -> Any:
    """Return the processed calls, with bodies where ``detail=1``; ``function=`` chooses."""
    asked = parse_qs(query)
    function, detail = asked.get("function", [None])[0], asked.get("detail") == ["1"]
    entries = [e for e in emulator.ledger.entries if function in (None, e.function)]
    calls = [msgspec.structs.asdict(entry) | {"body": entry.body.decode("latin-1")} for entry in entries]
    return {"calls": calls if detail else [call | {"body": None} for call in calls]}


def violations(emulator: Emulator, _query: str) -> Any:
    """Return the rules that were broken."""
    return {"violations": list(emulator.ledger.violations), "count": emulator.ledger.violation_count}


def records(emulator: Emulator, query: str) -> Any:
    """Return the records of an ``object=``, or one of them by ``id=``, deleted ones included."""
    asked = parse_qs(query)
    table = emulator.org.tables[asked["object"][0].lower()]
    ids = asked.get("id") or list(table.records)
    return {"records": [record_report(table, record_id) for record_id in ids]}


def record_report(table: Table, record_id: str) -> dict[str, Any]:
    """Return the newest values of one record; raises KeyError."""
    values = table.records[record_id].values
    return {name: shown(table.fields[name.lower()], value) for name, value in values.items()}


def org(emulator: Emulator, _query: str) -> Any:
    """Return ids and settings of the org."""
    place = emulator.org
    return {
        "id": place.id,
        "api_user": place.api_user,
        "human": place.human,
        "settings": place.settings,
        "behaviour": emulator.behaviour,
        "records": {table.name: len(table.records) for table in place.tables.values()},
    }


def outbound(emulator: Emulator, _query: str) -> Any:
    """Return how many outbound messages wait, were acknowledged, and failed."""
    state = emulator.outbound
    return {"waiting": len(state.waiting), "sent": state.sent, "failed": state.failed}


def faults(emulator: Emulator, _query: str) -> Any:
    """Return the rules in force."""
    return emulator.faults.rules


REPORTS: dict[str, Callable[[Emulator, str], Any]] = {
    "summary": summary,
    "ledger": ledger,
    "violations": violations,
    "records": records,
    "org": org,
    "outbound": outbound,
    "faults": faults,
}
