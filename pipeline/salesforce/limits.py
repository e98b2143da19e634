"""The limit of an org's calls: those of an hour that are ours, out of the answer to any call."""

from collections.abc import Mapping

from pipeline.salesforce.calls import FUNCTION, reading
from pipeline.salesforce.client import SalesforceClient


def read_limits(client: SalesforceClient) -> Mapping[str, int]:
    """Return the calls of an hour that are ours; asks for the limits, whose answer tells the use."""
    client.send(reading(client.connector, "/limits"))
    return {} if client.use is None else {FUNCTION: client.use.allowance(client.connector)}
