"""Destinations and rows for the tests of audience_export."""

from pipeline.model.activation import Activation
from pipeline.model.destination import Destination
from pipeline.records.record_reading import destination as read_destination
from pipeline.responsys.actions.audience_export import AudienceExport
from schemas.audience_export import AudienceExport as Options

ACTION = AudienceExport
LEAST = {
    "audience": "lapsed-buyers",
    "connector": "acme",
    "action": "audience_export",
    "identifiers": {"crm_id": "CUSTOMER_ID_", "email": "EMAIL_ADDRESS_"},
    "match_column_1": "CUSTOMER_ID_",
}
LISTS = "/rest/api/v1.3/lists/CONTACTS_LIST"


def export(**options) -> Destination:
    return read_destination("lapsed", Options().load({**LEAST, **options}))


def row(number=1, call_type="ADD", identifiers=None, **variables) -> Activation:
    given = {"crm_id": f"C-{number}", "email": f"demo-{number}@example.com"}
    return Activation(
        "lapsed-buyers", f"p-{number}", call_type, given if identifiers is None else identifiers, variables
    )


def steps(connector, destination, *rows):
    return ACTION(connector, destination).steps(rows)


def calls(connector, destination, *rows):
    """Return the calls of all steps by the steps' names, without looking for tables or making them."""
    return {
        step.name: step.call(rows) for step in steps(connector, destination, *rows) if step.sets_up is None
    }


def merged(connector, destination, *rows):
    """Return the columns and records of the list merge."""
    data = calls(connector, destination, *rows)["merge"].body["recordData"]
    return data["fieldNames"], data["records"]


def answered(*cells):
    """An answer as Oracle's page has it: one cell per record."""
    return {"recordData": {"fieldNames": ["RIID_"], "records": [[cell] for cell in cells]}}
