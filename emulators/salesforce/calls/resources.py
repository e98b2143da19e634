"""Versions, limits and descriptions of objects.

Source: REST API Developer Guide, ``resources_versions.htm``, ``resources_limits.htm``,
``resources_sobject_describe.htm``.
"""

from typing import Any

from emulators.salesforce.messages.bodies import json_answer
from emulators.salesforce.messages.errors import ApiError
from emulators.salesforce.org.table import Table
from emulators.salesforce.state.call import Call
from emulators.salesforce.state.emulator import Emulator
from emulators.serving.messages import Answer


def show_versions(emulator: Emulator) -> Answer:
    """Answer with the versions; needs no token and counts for nothing."""
    first, last = int(emulator.behaviour.oldest_version), int(emulator.behaviour.newest_version)
    versions = [
        {"label": f"Release {number}", "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
        for number in range(first, last + 1)
    ]
    return json_answer(versions)


def show_limits(call: Call) -> Answer:
    """Answer with the calls of the day."""
    usage, now = call.emulator.usage, call.emulator.clock()
    most = call.emulator.behaviour.daily_maximum
    return json_answer({"DailyApiRequests": {"Max": most, "Remaining": max(0, most - usage.used(now))}})


def describe_all(call: Call) -> Answer:
    """Answer with the names of all objects."""
    tables = [brief(table) for table in call.org.tables.values()]
    return json_answer({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": tables})


def describe(call: Call) -> Answer:
    """Answer with the fields of one object that the user sees."""
    table = table_of_path(call)
    visible = [f.description() for key, f in table.fields.items() if key not in table.hidden]
    return json_answer(brief(table) | {"fields": visible})


def brief(table: Table) -> dict[str, Any]:
    """Return an object without its fields."""
    is_history = table.name == "OpportunityHistory"
    return {
        "name": table.name,
        "label": table.name,
        "keyPrefix": table.prefix,
        "custom": table.name.endswith("__c"),
        "queryable": True,
        "createable": not is_history,
        "updateable": not is_history,
    }


def table_of_path(call: Call) -> Table:
    """Return the object that the path names; raises ApiError."""
    table = call.org.tables.get(call.names[1].lower())
    if table is None:
        raise ApiError(
            "NOT_FOUND",
            "The requested resource does not exist",
            violation=f"there is no object {call.names[1]}",
        )
    return table
