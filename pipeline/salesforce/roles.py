"""Roles of contacts in deals: a stage of a deal concerns the contacts in some roles of it.

Source: Object Reference, ``sforce_api_objects_opportunitycontactrole.htm``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.model.source import SalesforceSource
from pipeline.model.source_record import SourceRecord
from pipeline.salesforce import soql
from pipeline.salesforce.record_rows import id_at
from pipeline.wire.answers import text_at

ROLES = "OpportunityContactRole"
DEAL = "OpportunityId"  # the one field that leads to records with roles
FIELDS = ("Id", DEAL, "ContactId", "Role", "IsPrimary", "Contact.Email", "Contact.LastName")


def query_of(deals: Sequence[str], riid_field: str, after: str = "") -> str:
    """Return the query for the contacts of up to 200 deals; ``after``: the role that was read last."""
    fields = (*FIELDS, f"Contact.{riid_field}") if riid_field else FIELDS
    where = soql.among(DEAL, deals)
    if after:
        where = soql.both(where, soql.compare("Id", ">", after))
    return soql.select(fields, ROLES, where=where, order=("Id",))


def people_by_parent(
    rows: Sequence[Mapping[str, Any]], source: SalesforceSource, org: str, riid_field: str
) -> dict[str, list[SourceRecord]]:
    """Return the contacts that are meant, by their deal, each once."""
    found: dict[str, dict[str, SourceRecord]] = {}
    for row in rows:
        if is_meant(row, source.who) and (contact := id_at(row, "ContactId")):
            found.setdefault(id_at(row, DEAL), {})[contact] = contact_of(row, source, org, riid_field)
    return {deal: list(contacts.values()) for deal, contacts in found.items()}


def contact_of(row: Mapping[str, Any], source: SalesforceSource, org: str, riid_field: str) -> SourceRecord:
    """Return the contact of a role, as far as the role tells of it."""
    contact = row.get("Contact") or {}
    return SourceRecord(
        source=source.name,
        id=row["ContactId"],
        table="Contact",
        stamp=0,
        org=org,
        email=text_at(contact, "Email"),
        family=text_at(contact, "LastName"),
        riid=str(contact.get(riid_field) or ""),
    )


def is_meant(row: Mapping[str, Any], who: str | Sequence[str]) -> bool:
    """Tell whether a role is meant by ``who``: "primary", "all", or names of roles."""
    if who == "primary":
        return bool(row.get("IsPrimary"))
    return who == "all" or row.get("Role") in who
