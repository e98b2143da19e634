"""Edits of humans in Salesforce that concern people: converting a lead, merging records."""

from emulators.salesforce.org.effects import CHILDREN, delete_with_children
from emulators.salesforce.org.org import Org
from emulators.salesforce.org.record import Values
from emulators.salesforce.org.rules import today
from emulators.salesforce.org.saving import Writer

CARRIED_OVER = (
    "FirstName LastName Email Phone MobilePhone Title LeadSource HasOptedOutOfEmail DoNotCall".split()
)


def convert_lead(org: Org, lead_id: str, user: str, contact_id: str | None, deal: str | None) -> Values:
    """Convert a lead to a contact with an account, and to an opportunity of the name ``deal``."""
    lead = org.find(lead_id)
    if lead is None or not lead_id.startswith("00Q") or lead.get("IsConverted"):
        raise ValueError(f"{lead_id} is no lead that can be converted")
    writer = Writer(org, user)
    if contact_id is None:
        account = writer.create(org.table("Account"), {"Name": lead.get("Company")})
        person = {name: lead[name] for name in CARRIED_OVER if name in lead}
        contact_id = writer.create(org.table("Contact"), person | {"AccountId": account})
    account = (org.find(contact_id) or {}).get("AccountId", "")
    converted: Values = {"ConvertedContactId": contact_id, "ConvertedAccountId": account}
    if deal is not None:
        body = {"Name": deal, "StageName": "Prospecting", "CloseDate": today(org), "AccountId": account}
        converted["ConvertedOpportunityId"] = writer.create(
            org.table("Opportunity"), body | {"ContactId": contact_id}
        )
    move_memberships(org, lead_id, contact_id, user)
    move_links(org, "Task", "WhoId", (lead_id, contact_id), user)
    converted |= {"Id": lead_id, "IsConverted": True, "ConvertedDate": today(org), "Status": "Qualified"}
    org.saved("Lead", org.store("Lead", converted, user))
    return converted


def move_memberships(org: Org, lead_id: str, contact_id: str, user: str) -> None:
    """Let the contact take the place of the lead in campaigns."""
    table = org.table("CampaignMember")
    for member in table.ids_with(table.fields["leadorcontactid"], lead_id):
        person = {"LeadId": None, "ContactId": contact_id, "LeadOrContactId": contact_id}
        org.store("CampaignMember", {"Id": member, **person}, user)


def merge_records(org: Org, master_id: str, loser_ids: list[str], user: str) -> None:
    """Merge records into one: children move, the losers go to the recycle bin and name the survivor."""
    table = org.table_of_id(master_id)
    if table is None or org.find(master_id) is None:
        raise ValueError(f"{master_id} is no record")
    for loser_id in loser_ids:
        for child, link in (*CHILDREN.get(table.name, ()), ("Task", "WhoId")):
            move_links(org, child, link, (loser_id, master_id), user)
        delete_with_children(org, table.name, loser_id, user, MasterRecordId=master_id)
    org.store(table.name, {"Id": master_id}, user)


def move_links(org: Org, name: str, link: str, ids: tuple[str, str], user: str) -> None:
    """Let records that hang on the first id hang on the second."""
    table = org.table(name)
    for record_id in table.ids_with(table.fields[link.lower()], ids[0]):
        org.store(name, {"Id": record_id, link: ids[1]}, user)
