"""The org's calls within 24 hours: used by anybody, and the part that is ours.

Source: REST API Developer Guide, ``headers_api_usage.htm``: ``Sforce-Limit-Info: api-usage=18/5000``.
"""

import math
import re
from dataclasses import dataclass

from pipeline.salesforce.connector import SalesforceConnector

USAGE = re.compile(r"(?:^|[;\s])api-usage=(\d{1,12})/(\d{1,12})")
HOURS = 24


@dataclass(frozen=True)
class OrgUse:
    """The calls of all integrations within 24 hours, and how many there may be."""

    used: int
    most: int

    def allowance(self, connector: SalesforceConnector) -> int:
        """Return the calls of an hour that are ours: our share of a day, and never above the ceiling."""
        share = connector.share * self.most / HOURS
        below_ceiling = (connector.ceiling * self.most - self.used) / HOURS
        return max(1, math.floor(min(share, below_ceiling)))


def read_use(header: str) -> OrgUse | None:
    """Return the use that an answer tells, None if it tells none."""
    match = USAGE.search(header)
    return None if match is None else OrgUse(int(match[1]), int(match[2]))
