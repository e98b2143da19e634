"""Rows of answers: the people that rows of other objects belong to, and values that do not fit."""

import pytest

from pipeline.errors import Held
from pipeline.model.mapping import RecordMapping
from pipeline.model.source import SalesforceSource
from pipeline.records.record_reading import mapping
from pipeline.salesforce.record_rows import RecordRows
from pipeline.salesforce.source_fields import SourceFields

LEAD, DEAL = "00Q000000000001AAA", "006000000000001AAA"
STAMP = "2026-11-30T10:00:00.000+0000"


@pytest.mark.parametrize(
    ("table", "of", "row", "people"),
    [
        ("LeadHistory", "LeadId", {"LeadId": LEAD}, (LEAD,)),
        ("OpportunityHistory", "OpportunityId", {"OpportunityId": DEAL}, ()),
        ("CampaignMember", "", {"ContactId": None, "LeadId": LEAD}, (LEAD,)),
        ("Task", "", {"WhoId": None}, ()),
        ("Task", "", {"WhoId": DEAL}, ()),
    ],
)
def test_a_row_belongs_to_a_lead_or_contact_or_to_nobody(table, of, row, people):
    one = SalesforceSource(name="s", every=5, connector="crm", object=table, mapping="m", of=of)
    rows = RecordRows(SourceFields(one, ()), RecordMapping("m"))

    (record,) = rows.records([{"Id": "1", "CreatedDate": STAMP, "SystemModstamp": STAMP, **row}], "org")

    assert record.people == people


def test_a_picklist_value_that_the_mapping_lacks_holds_the_source_and_is_never_a_blank():
    one = SalesforceSource(name="s", every=5, connector="crm", object="Lead", mapping="m")
    rating = {"salesforce": "Rating", "type": "choice", "values": {"Hot": "H"}}
    rows = RecordRows(SourceFields(one, ("Rating",)), mapping("m", {"rating": rating}))

    with pytest.raises(Held, match="rating: is a value of the picklist that the mapping lacks"):
        rows.records([{"Id": LEAD, "SystemModstamp": STAMP, "Rating": "Cold"}], "org")
