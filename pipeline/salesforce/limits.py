"""The limit of an org's calls: told with the answer to any call, and noted by the client."""

from pipeline.salesforce.calls import reading
from pipeline.salesforce.client import SalesforceClient


def read_limits(client: SalesforceClient) -> None:
    """Ask for the limits, when nothing else was called for a while."""
    client.send(reading(client.connector, "/limits"))
