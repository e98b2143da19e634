"""A record as a query found it, and the choice among several of one person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

CONTACT, LEAD, ACCOUNT = "Contact", "Lead", "Account"
PEOPLE = (CONTACT, LEAD)
PREFIXES: Mapping[str, str] = {  # of ids, by which their object is known
    "001": ACCOUNT, "003": CONTACT, "00Q": LEAD, "006": "Opportunity", "701": "Campaign",
    "00v": "CampaignMember", "00T": "Task", "00U": "Event", "500": "Case", "005": "User", "00G": "Group",
    "00K": "OpportunityContactRole", "00D": "Organization",
}  # fmt: skip


def object_of(record_id: str) -> str | None:
    """Return the object that an id is of; None: a custom one, or one that is never written."""
    return PREFIXES.get(record_id[:3])


@dataclass(frozen=True)
class FoundRecord:
    """One record; without ``values`` only its id is known, from the record that led to it."""

    id: str
    values: Mapping[str, Any] = field(default_factory=dict)
    family: str = ""  # family name in lower case; of a record that is not known, that of the one before it
    riid: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any], riid_field: str) -> "FoundRecord":
        """Read a row of a query."""
        family = str(row.get("LastName") or "").strip().lower()
        return cls(str(row["Id"]), row, family, str(row.get(riid_field) or "") if riid_field else "")

    @property
    def is_known(self) -> bool:
        """Whether it was read, rather than named by another record."""
        return bool(self.values)

    @property
    def is_gone(self) -> bool:
        """Whether it was deleted, or merged into another."""
        return bool(self.values.get("IsDeleted"))

    @property
    def successor(self) -> str | None:
        """The id of the record in its place: the survivor of a merge, the contact of a lead or an account."""
        if self.is_gone:
            found = self.values.get("MasterRecordId")
        elif self.values.get("IsConverted"):
            found = self.values.get("ConvertedContactId")
        else:
            found = self.values.get("PersonContactId")
        return str(found) if found else None

    @property
    def owner(self) -> str:
        """The id of its owner, "" if it was not read."""
        return str(self.values.get("OwnerId") or "")


def final_record(record: FoundRecord, known: Mapping[str, FoundRecord]) -> FoundRecord | None:
    """Return the record in the place of another, as far as ``known`` ones lead; None: there is none."""
    passed: set[str] = set()
    while (successor := record.successor) is not None and successor not in passed:
        passed.add(successor)
        following = known.get(successor)
        if following is None:
            return FoundRecord(successor, family=record.family, riid=record.riid)
        record = following
    is_usable = not record.is_gone and not record.values.get("IsConverted")
    return record if is_usable and object_of(record.id) != ACCOUNT else None


def are_of_one_person(records: Sequence[FoundRecord]) -> bool:
    """Tell whether nothing says that records are of different people: family names, or RIIDs."""
    families = {record.family for record in records if record.family}
    return len(families) < 2 and len({record.riid for record in records if record.riid}) < 2


def primary_of(records: Iterable[FoundRecord]) -> FoundRecord:
    """Return the primary record of a person: a contact before a person account before a lead.

    Among these the one that changed last, as by an activity; then that of the lowest id.
    """
    by_id = sorted(records, key=lambda record: record.id)
    recent = sorted(by_id, key=lambda record: str(record.values.get("SystemModstamp") or ""), reverse=True)
    return min(recent, key=rank)


def rank(record: FoundRecord) -> int:
    """Return the place of the record's object."""
    if object_of(record.id) == LEAD:
        return 2
    return int(bool(record.values.get("IsPersonAccount")))
