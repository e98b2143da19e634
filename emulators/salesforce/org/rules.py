"""The rules of single objects: they complete and change a write before it is stored.

Source: Object Reference, ``sforce_api_objects_campaignmember.htm``, ``…_task.htm``, ``…_opportunity.htm``.
"""

from collections.abc import Callable

from emulators.salesforce.messages.errors import RowError
from emulators.salesforce.messages.moments import moment_text
from emulators.salesforce.org.org import Org
from emulators.salesforce.org.record import Values

Rule = Callable[[Org, Values, Values | None], None]  # org, the values to be stored, those before
PROBABILITY = {"Prospecting": 10, "Qualification": 20, "Demo Done": 40, "Proposal": 60, "Closed Won": 100}


def name_person(_org: Org, values: Values, before: Values | None) -> None:
    """Put the compound name together, and refuse to change a converted lead."""
    if before is not None and before.get("IsConverted"):
        raise RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    names = (values.get("FirstName"), values.get("LastName"))
    values["Name"] = " ".join(name for name in names if name) or None


def complete_account(org: Org, values: Values, _before: Values | None) -> None:
    """Name a person account after its person; ask other accounts for a name."""
    if values.get("LastName"):
        values["IsPersonAccount"] = True
        name_person(org, values, None)
    elif not values.get("Name"):
        raise RowError("REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]", ("Name",))


def complete_opportunity(org: Org, values: Values, before: Values | None) -> None:
    """Derive probability, ``IsWon`` and ``IsClosed`` from the stage."""
    stage = values.get("StageName")
    if before is None or before.get("StageName") != stage:
        values["LastStageChangeDate"] = int(org.clock())
        if before is None or values.get("Probability") == before.get("Probability"):
            values["Probability"] = PROBABILITY.get(stage or "", 0)
    values["IsWon"] = stage == "Closed Won"
    values["IsClosed"] = stage in ("Closed Won", "Closed Lost")


def complete_member(org: Org, values: Values, before: Values | None) -> None:
    """Keep one person, refuse a second membership, and replace a status that the campaign does not have."""
    if values.get("ContactId"):
        values.pop("LeadId", None)
    person = values.get("ContactId") or values.get("LeadId")
    if person is None:
        raise RowError("REQUIRED_FIELD_MISSING", "Required fields are missing: [LeadId, ContactId]")
    if before is None and membership_of(org, values["CampaignId"], person):
        raise RowError("DUPLICATE_VALUE", "Already a campaign member.")
    values["LeadOrContactId"] = person
    status = status_of_campaign(org, values["CampaignId"], values.get("Status"))
    values["Status"] = status["Label"]
    values["HasResponded"] = status.get("HasResponded", False)
    if values["HasResponded"] and not values.get("FirstRespondedDate"):
        values["FirstRespondedDate"] = today(org)
    copy_person(org, values)


def membership_of(org: Org, campaign: str, person: str) -> Values | None:
    """Return the membership of a person in a campaign."""
    table = org.table("CampaignMember")
    field = table.fields["leadorcontactid"]
    members = (table.current(member) for member in table.ids_with(field, person))
    fitting = (m for m in members if m and m["CampaignId"] == campaign and not m.get("IsDeleted"))
    return next(fitting, None)


def status_of_campaign(org: Org, campaign: str, label: str | None) -> Values:
    """Return the status of that label, else the campaign's default."""
    table = org.table("CampaignMemberStatus")
    statuses = [table.current(i) or {} for i in table.ids_with(table.fields["campaignid"], campaign)]
    wanted = (s for s in statuses if label is not None and s.get("Label", "").lower() == label.lower())
    default = next((s for s in statuses if s.get("IsDefault")), {"Label": "Sent"})
    return next(wanted, default)


def copy_person(org: Org, member: Values) -> None:
    """Show names and address of the person in a membership."""
    person = org.find(member["LeadOrContactId"]) or {}
    for name in ("FirstName", "LastName", "Email", "HasOptedOutOfEmail"):
        member[name] = person.get(name)


def complete_task(org: Org, values: Values, before: Values | None) -> None:
    """Check the person and the owner of a task, and close it when its status says so."""
    person = values.get("WhoId") or ""
    if person.startswith("00Q") and values.get("WhatId"):
        reason = "Related To ID: a task of a lead can have no other record"
        raise RowError("FIELD_INTEGRITY_EXCEPTION", reason, ("WhatId",))
    if (org.find(person) or {}).get("IsConverted") and (before is None or before.get("WhoId") != person):
        raise RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    if str(values.get("OwnerId", "")).startswith("00G"):
        raise RowError("INVALID_OPERATION", "Queue not associated with this SObject type", ("OwnerId",))
    values["IsClosed"] = values.get("Status") == "Completed"
    if values["IsClosed"] and not values.get("CompletedDateTime"):
        values["CompletedDateTime"] = int(org.clock())


def today(org: Org) -> str:
    """Return the day in UTC."""
    return moment_text(int(org.clock()))[:10]


BEFORE: dict[str, Rule] = {
    "Lead": name_person,
    "Contact": name_person,
    "Account": complete_account,
    "Opportunity": complete_opportunity,
    "CampaignMember": complete_member,
    "Task": complete_task,
}
