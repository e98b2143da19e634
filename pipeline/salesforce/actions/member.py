"""Make people members of a campaign, or change the status of members.

::

    by id        find people, memberships and statuses ──► write
    by address   find people and statuses ──► find memberships ──► write

An unknown status would silently become the campaign's default, so the statuses are read with each search.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.model.action import Identifiers, Step, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Again, Call, Rejection, Verdict
from pipeline.model.destination import Destination
from pipeline.salesforce.actions.campaign_members import (
    MEMBER,
    STATUSES,
    CampaignMembers,
    members_in,
    membership_id,
)
from pipeline.salesforce.actions.collections import Collections, Written
from pipeline.salesforce.actions.find_and_write import FindAndWrite
from pipeline.salesforce.actions.found_record import LEAD, PEOPLE, FoundRecord, object_of
from pipeline.salesforce.actions.learned import MEMBERSHIP, NONE, RECORD
from pipeline.salesforce.actions.search import Search
from pipeline.salesforce.calls import FUNCTION
from pipeline.salesforce.composite import MOST_QUERIES, CompositePart, composite_call, read_parts
from pipeline.salesforce.connector import SalesforceConnector
from pipeline.salesforce.needs import Need, NeededCampaign, NeededObject


class SalesforceMember(FindAndWrite):
    """One membership per row, all in one campaign."""

    name = "salesforce_member"
    coalesces = True
    written = PEOPLE
    further_names = (STATUSES, MEMBER)

    def __init__(self, connector: SalesforceConnector, destination: Destination) -> None:
        super().__init__(connector, destination)
        options = destination.options
        self.campaign = CampaignMembers(options["campaign"], options["member_status"])
        self.search = Search(connector, PEOPLE, {})
        self.collections = Collections(connector)

    def attributes(self) -> frozenset[str]:
        """Name the identifiers that are read of an activation."""
        return frozenset((RECORD, "riid", "email"))

    def needs(self) -> tuple[Need, ...]:
        """Name the campaign with its status."""
        return (NeededObject(MEMBER, ("Status",)), NeededCampaign(self.campaign.id, self.campaign.status))

    def further_parts(self, rows: Sequence[Activation]) -> list[CompositePart]:
        """Read the campaign's statuses and, as far as there is room, the memberships of known ids."""
        parts = [self.campaign.statuses()]
        ids = [record_id for row in rows if (record_id := self.search.id_of(row))]
        if ids and len(self.search.parts(rows)) + 2 <= MOST_QUERIES:
            parts.append(self.campaign.memberships(ids))
        return parts

    def judge(self, row: Activation, record: FoundRecord, bodies: Mapping[str, Any]) -> Verdict:
        """Return Done for a member that has the status already."""
        self.campaign.require_status(bodies)
        if not self._is_looked_up(row, record, bodies):
            return None
        return self.campaign.verdict_of(members_in(bodies[MEMBER]).get(record.id))

    def teach(self, row: Activation, record: FoundRecord, bodies: Mapping[str, Any]) -> Identifiers:
        """Let the write know the membership; it is still to be found where another record was looked for."""
        if not self._is_looked_up(row, record, bodies):
            return {MEMBERSHIP: ""}
        return {MEMBERSHIP: membership_id(members_in(bodies[MEMBER]).get(record.id))}

    def _is_looked_up(self, row: Activation, record: FoundRecord, bodies: Mapping[str, Any]) -> bool:
        return MEMBER in bodies and self.search.id_of(row) == record.id

    def write_steps(self) -> tuple[Step, ...]:
        """Return the search for memberships that are not known yet, and the write."""
        return (
            Step(
                name="find members",
                function=FUNCTION,
                call=self._find_members,
                verdicts=self._verdicts_of_members,
                learn=self._learn_members,
                needed=lambda rows: any(map(is_open, rows)),
            ),
            Step("write", FUNCTION, self._write, self._judged),
        )

    def _find_members(self, rows: Sequence[Activation]) -> Call:
        ids = [row.identifiers.get(RECORD, "") for row in rows if is_open(row)]
        return composite_call(self.connector, [self.campaign.memberships(ids)])

    def _members(self, answer: Any) -> Mapping[str, Mapping[str, Any]]:
        return members_in(read_parts(answer, [MEMBER])[MEMBER])

    def _verdicts_of_members(self, rows: Sequence[Activation], answer: Any) -> Verdicts:
        members = self._members(answer)
        return [
            self.campaign.verdict_of(members.get(row.identifiers.get(RECORD, ""))) if is_open(row) else None
            for row in rows
        ]

    def _learn_members(self, rows: Sequence[Activation], answer: Any) -> Mapping[int, Identifiers]:
        members = self._members(answer)
        return {
            position: {MEMBERSHIP: membership_id(members.get(row.identifiers.get(RECORD, "")))}
            for position, row in enumerate(rows)
            if is_open(row)
        }

    def _writes(self, rows: Sequence[Activation]) -> Iterator[Written]:
        for position, row in enumerate(rows):
            member = row.identifiers.get(MEMBERSHIP) or NONE
            if member != NONE:
                yield Written(MEMBER, {"Status": self.campaign.status}, member, rows=[position])
                continue
            person = row.identifiers.get(RECORD, "")
            link = "LeadId" if object_of(person) == LEAD else "ContactId"
            values = {"CampaignId": self.campaign.id, link: person, "Status": self.campaign.status}
            yield Written(MEMBER, values, rows=[position])

    def _write(self, rows: Sequence[Activation]) -> Call:
        return self.collections.call(self._writes(rows))

    def _judged(self, rows: Sequence[Activation], answer: Any) -> Verdicts:
        """Return the verdicts; a person that became a member meanwhile is looked up again."""
        verdicts = self.collections.results(len(rows), self._writes(rows), answer).verdicts
        return [again_if_member_already(why) for why in verdicts]


def is_open(row: Activation) -> bool:
    """Tell whether it is not known yet whether a row's person is a member."""
    return not row.identifiers.get(MEMBERSHIP)


def again_if_member_already(why: Verdict) -> Verdict:
    """Let a row be found again where a membership was not created because there is one."""
    if isinstance(why, Rejection) and why.code == "DUPLICATE_VALUE":
        return Again(why.code, why.detail, anew=True)
    return why
