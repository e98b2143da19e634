"""Members of a campaign and its statuses: the questions about them, and the meaning of the answers.

Source: Object Reference, ``sforce_api_objects_campaignmember.htm``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pipeline.errors import Held
from pipeline.model.call import Done, Verdict
from pipeline.salesforce.actions.learned import NONE
from pipeline.salesforce.actions.search import read_records
from pipeline.salesforce.composite import CompositePart
from pipeline.salesforce.soql import Clause, among, both, compare, select

MEMBER, STATUSES = "CampaignMember", "CampaignMemberStatus"

Membership = Mapping[str, Any]


@dataclass(frozen=True)
class CampaignMembers:
    """One campaign, and the status that people are to have in it."""

    id: str
    status: str

    @property
    def _only(self) -> Clause:
        return compare("CampaignId", "=", self.id)

    def statuses(self) -> CompositePart:
        """Return the query for the statuses that the campaign has."""
        soql = select(["Label"], STATUSES, where=self._only)
        return CompositePart(STATUSES, f"/query?q={quote(soql, safe='')}")

    def memberships(self, ids: Sequence[str]) -> CompositePart:
        """Return the query for the memberships of leads and contacts."""
        of_people = among("LeadOrContactId", list(dict.fromkeys(ids)))
        soql = select(["Id", "LeadOrContactId", "Status"], MEMBER, where=both(self._only, of_people))
        return CompositePart(MEMBER, f"/query?q={quote(soql, safe='')}")

    def require_status(self, bodies: Mapping[str, Any]) -> None:
        """Raise Held if the campaign has no such status: Salesforce would take its default in silence."""
        labels = [str(each["Label"]) for each in read_records(bodies.get(STATUSES))]
        if self.status.lower() not in (label.lower() for label in labels):
            there_are = ", ".join(labels) or "none that our user sees"
            text = f'campaign {self.id} has no member status "{self.status}"; there are: {there_are}'
            raise Held("destination", "INVALID_MEMBER_STATUS", text)

    def verdict_of(self, member: Membership | None) -> Verdict:
        """Return Done for a member that has the status already, None for a member to be written."""
        return Done() if member and str(member["Status"]).lower() == self.status.lower() else None


def members_in(body: Any) -> dict[str, Membership]:
    """Return the memberships of an answer by the ids of their people."""
    return {str(member["LeadOrContactId"]): member for member in read_records(body)}


def membership_id(member: Membership | None) -> str:
    """Return the id of a membership, NONE for none."""
    return str(member["Id"]) if member else NONE
