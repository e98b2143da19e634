"""Effects of a write on other records: history, statuses, stamps of parents, shadow contacts."""

from collections.abc import Callable

from emulators.salesforce.org.org import Org
from emulators.salesforce.org.record import Values
from emulators.salesforce.org.rules import copy_person, today

Effect = Callable[[Org, Values, Values | None, str], None]  # org, the record, its state before, the user
IN_HISTORY = ("StageName", "Amount", "Probability", "CloseDate")
OF_PERSON_ACCOUNT = {
    "FirstName": "FirstName",
    "LastName": "LastName",
    "Name": "Name",
    "PersonEmail": "Email",
    "PersonHasOptedOutOfEmail": "HasOptedOutOfEmail",
    "Phone": "Phone",
}
CHILDREN = {
    "Account": (("Contact", "AccountId"), ("Opportunity", "AccountId")),
    "Contact": (("CampaignMember", "LeadOrContactId"), ("OpportunityContactRole", "ContactId")),
    "Lead": (("CampaignMember", "LeadOrContactId"),),
    "Opportunity": (("OpportunityHistory", "OpportunityId"), ("OpportunityContactRole", "OpportunityId")),
    "Campaign": (("CampaignMember", "CampaignId"), ("CampaignMemberStatus", "CampaignId")),
}


def note_history(org: Org, deal: Values, before: Values | None, user: str) -> None:
    """Add a row of history for every change of stage, amount, probability or close date."""
    if before is None or any(deal.get(name) != before.get(name) for name in IN_HISTORY):
        row = {name: deal.get(name) for name in IN_HISTORY}
        row |= {"Id": org.table("OpportunityHistory").take_id(), "OpportunityId": deal["Id"]}
        org.store("OpportunityHistory", row, user)
    if before is None and deal.get("ContactId"):
        role = {"OpportunityId": deal["Id"], "ContactId": deal["ContactId"], "IsPrimary": True}
        org.store(
            "OpportunityContactRole", role | {"Id": org.table("OpportunityContactRole").take_id()}, user
        )


def add_statuses(org: Org, campaign: Values, before: Values | None, user: str) -> None:
    """Give a new campaign the two usual statuses."""
    if before is None:
        for label, responded in (("Sent", False), ("Responded", True)):
            status = {"CampaignId": campaign["Id"], "Label": label, "HasResponded": responded}
            status |= {"IsDefault": not responded, "Id": org.table("CampaignMemberStatus").take_id()}
            org.store("CampaignMemberStatus", status, user)


def move_parents(org: Org, task: Values, _before: Values | None, _user: str) -> None:
    """Move the stamp of the person, of a contact's account and of the other record of a task."""
    person = org.find(task.get("WhoId")) or {}
    for parent in (task.get("WhoId"), person.get("AccountId"), task.get("WhatId")):
        if parent:
            org.touch(parent, LastActivityDate=task.get("ActivityDate") or today(org))


def show_in_memberships(org: Org, person: Values, before: Values | None, _user: str) -> None:
    """Let memberships show a changed name or address, without a new stamp."""
    if before is None:
        return
    table = org.table("CampaignMember")
    for member in table.ids_with(table.fields["leadorcontactid"], person["Id"]):
        values = dict(table.current(member) or {})
        copy_person(org, values)
        org.put(table, {name: value for name, value in values.items() if value is not None})


def write_person_account(org: Org, contact: Values, before: Values | None, user: str) -> None:
    """Carry a change of a person contact over to its account."""
    show_in_memberships(org, contact, before, user)
    account = org.find(contact.get("AccountId"))
    if contact.get("IsPersonAccount") and account:
        changes = {theirs: contact.get(ours) for theirs, ours in OF_PERSON_ACCOUNT.items()}
        org.store("Account", changes | {"Id": account["Id"]}, user)


def write_person_contact(org: Org, account: Values, _before: Values | None, user: str) -> None:
    """Keep the shadow contact of a person account as its account is."""
    if not account.get("IsPersonAccount"):
        return
    contact = account.get("PersonContactId") or org.table("Contact").take_id()
    changes = {ours: account.get(theirs) for theirs, ours in OF_PERSON_ACCOUNT.items()}
    links = {"Id": contact, "AccountId": account["Id"], "IsPersonAccount": True}
    org.store("Contact", changes | links | {"OwnerId": account.get("OwnerId")}, user)
    if not account.get("PersonContactId"):
        org.store("Account", {"Id": account["Id"], "PersonContactId": contact}, user)


def delete_with_children(org: Org, name: str, record_id: str, user: str, **changes: object) -> None:
    """Move a record, and those that go with it, to the recycle bin."""
    org.store(name, {"Id": record_id, "IsDeleted": True, **changes}, user)
    for child, link in CHILDREN.get(name, ()):
        table = org.table(child)
        for child_id in table.ids_with(table.fields[link.lower()], record_id):
            if org.find(child_id):
                delete_with_children(org, child, child_id, user)


AFTER: dict[str, Effect] = {
    "Opportunity": note_history,
    "Campaign": add_statuses,
    "Task": move_parents,
    "Lead": show_in_memberships,
    "Contact": write_person_account,
    "Account": write_person_contact,
}
