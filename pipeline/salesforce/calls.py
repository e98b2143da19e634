"""Calls: how ours are counted, marked and made to leave an org's automation alone."""

from collections.abc import Mapping

from pipeline.model.call import Call
from pipeline.salesforce.connector import SalesforceConnector

FUNCTION = "calls"  # by which all our calls to an org are counted
TAG = "activation"  # our name in the org's logs and change events

# On every write: no assignment rule runs for us, and no list of recent records is kept.
WRITING: Mapping[str, str] = {"Sforce-Auto-Assign": "FALSE", "Sforce-Mru": "updateMru=false"}


def reading(connector: SalesforceConnector, path: str) -> Call:
    """Return the call that reads a path below the version."""
    return Call(function=FUNCTION, path=connector.base + path, method="GET")
