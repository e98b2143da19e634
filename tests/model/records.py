"""What is configured: one audience, three destinations of the three kinds of action, three connectors."""

import json
from functools import cache
from typing import Any

from schemas.configuration import ConfigurationSchema
from tests.model.responsys_fake import HOST

AUDIENCE = "buyers"
ALLOWANCE = 4  # calls of one function in a minute
IN_FLIGHT = 2
FUNCTIONS = (
    "triggerCustomEvent", "mergeListMembers", "mergeSupplementalTableMembers",
    "deleteSupplementalTableMember",
)  # fmt: skip
CONNECTOR = {
    "kind": "responsys", "name": "Acme", "password": "secret", "auth_endpoint": HOST,
    "profile_list": "CONTACTS_LIST", "identifier_type": "crm_id", "utilisation": 1.0,
    "max_in_flight": IN_FLIGHT, "limits": dict.fromkeys(FUNCTIONS, ALLOWANCE),
}  # fmt: skip
CONNECTORS = {
    "acme": {**CONNECTOR, "username": "one"},
    "acme-too": {**CONNECTOR, "username": "one"},  # the same account
    "beta": {**CONNECTOR, "username": "two"},
}
MAPPED = {"tier": "TIER", "points": "POINTS"}
DESTINATIONS: dict[str, dict[str, Any]] = {
    "event": {"action": "custom_event", "event": "BOUGHT", "connector": "acme"},
    "list": {
        "action": "audience_export", "connector": "acme", "identifiers": {"crm_id": "CUSTOMER_ID_"},
        "match_column_1": "CUSTOMER_ID_", "columns": MAPPED, "insert_on_no_match": True,
        "new_members": "optin", "on_remove": "nothing",
    },
    "table": {
        "action": "supplemental_table", "connector": "beta", "folder": "Main", "table": "BUYERS",
        "columns": {"crm_id": "CUSTOMER", **MAPPED}, "key": ["CUSTOMER"], "on_remove": "delete",
    },
}  # fmt: skip
MAX_ROWS, MAX_AGE = 3, 60.0


class Setup:
    """The destinations as they are now; each change is one that an operator may make at any time."""

    def __init__(self) -> None:
        self.removed: set[str] = set()
        self.changes: dict[str, dict[str, Any]] = {name: {} for name in DESTINATIONS}

    def change(self, destination: str, **changes: Any) -> None:
        """Change options of a destination."""
        self.removed.discard(destination)
        self.changes[destination].update(changes)

    def remove(self, destination: str) -> None:
        """Take a destination out."""
        self.removed.add(destination)

    def option(self, destination: str, name: str, default: Any = None) -> Any:
        """Return what an option is set to."""
        return self.changes[destination].get(name, DESTINATIONS[destination].get(name, default))

    def documents(self) -> dict[str, Any]:
        """Return the configuration, checked."""
        return loaded(json.dumps(self._written(), sort_keys=True))

    def _written(self) -> dict[str, Any]:
        basic = {"audience": AUDIENCE, "max_rows": MAX_ROWS, "max_age": MAX_AGE}
        destinations = {
            name: {**basic, **document, **self.changes[name]}
            for name, document in DESTINATIONS.items()
            if name not in self.removed
        }
        given = {
            name: {key: value for key, value in document.items() if value is not None}
            for name, document in destinations.items()
        }
        return {"connectors": CONNECTORS, "destinations": given}


@cache
def loaded(written: str) -> dict[str, Any]:
    """Check a configuration, each once."""
    return ConfigurationSchema().load(json.loads(written))


def columns(destination: str, *mapped: str) -> dict[str, Any]:
    """Return the option ``columns`` with these variables."""
    first = {"crm_id": "CUSTOMER"} if destination == "table" else {}
    return {**first, **{name: MAPPED[name] for name in mapped}}
