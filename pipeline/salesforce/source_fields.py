"""Fields that a source is read with, beside those of its mapping and its rules.

Source: Object Reference, ``sforce_api_objects_lead.htm``, ``sforce_api_objects_opportunityhistory.htm``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.model.source import SalesforceSource

STAMP = "SystemModstamp"
CREATED = "CreatedDate"  # of rows that never change
PEOPLE = ("Lead", "Contact")  # objects with people as their records

# Fields by which a person is recognised, or followed.
IDENTIFYING: Mapping[str, tuple[str, ...]] = {
    "Lead": ("Email", "LastName", "MasterRecordId", "ConvertedContactId"),
    "Contact": ("Email", "LastName", "MasterRecordId"),
    "CampaignMember": ("Email", "LastName"),
    "Account": ("MasterRecordId",),
}

# Fields with the person of a record that is none itself; the first that has a value.
BELONGING: Mapping[str, tuple[str, ...]] = {
    "CampaignMember": ("ContactId", "LeadId"),
    "Task": ("WhoId",),
    "OpportunityContactRole": ("ContactId",),
}


@dataclass(frozen=True)
class SourceFields:
    """The fields of a source's queries; ``extra``: further ones, that rules look at."""

    source: SalesforceSource
    mapped: Sequence[str]
    extra: Sequence[str] = ()
    riid_field: str = ""

    @property
    def stamp(self) -> str:
        """The field by which records are put in order."""
        return CREATED if self.source.of else STAMP

    @property
    def riid(self) -> str:
        """The field with the RIID, "" if the object has none."""
        return self.riid_field if self.source.object in PEOPLE else ""

    @property
    def owners(self) -> tuple[str, ...]:
        """The fields with the person of a record that is none itself; of a history that of its rows."""
        return BELONGING.get(self.source.object, (self.source.of,) if self.source.of else ())

    @property
    def names(self) -> list[str]:
        """All fields, each once."""
        table = self.source.object
        found = ["Id", self.stamp, *([] if self.source.of else ["IsDeleted"])]
        found += [*IDENTIFYING.get(table, ()), *self.owners]
        found += [name for name in (self.riid, self.source.of) if name]
        return list(dict.fromkeys([*found, *self.source.key_fields, *self.mapped, *self.extra]))
