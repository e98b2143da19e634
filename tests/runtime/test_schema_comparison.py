"""The daily comparison of an org with the records, against the emulator."""

import pytest

from pipeline.errors import RetryLater
from pipeline.model.field_shape import FieldShape, changes_of_shape
from pipeline.model.source import SalesforceSource
from pipeline.records.catalog import Catalog
from pipeline.records.record_reading import destination, mapping
from pipeline.runtime.schema_comparison import compare_schema
from pipeline.stores import schema_notes
from tests.salesforce.conftest import client_of as client_of
from tests.salesforce.conftest import connector as connector
from tests.salesforce.conftest import org as org
from tests.salesforce.conftest import process as process

BACK = {"audience": "members", "connector": "crm", "action": "salesforce_record", "objects": ["Contact"]}


@pytest.fixture
def catalog(connector):
    source = SalesforceSource(
        name="contacts", every=2, audience="people", connector="crm", object="Contact", mapping="person"
    )
    return Catalog(
        1,
        {"crm": connector},
        {"back": destination("back", {**BACK, "fields": {"title": "Title"}})},
        sources={"contacts": source},
        mappings={"person": mapping("person", {"title": {"salesforce": "Title"}})},
    )


@pytest.fixture
def compare(redis, catalog, client_of):
    """Compares the org once, and returns what is wrong."""

    def compare():
        compare_schema(redis, catalog, catalog.connectors["crm"], lambda _: client_of(), 60.0)
        return schema_notes.problems_of(redis, catalog.connectors).get("crm", ())

    return compare


def change(org, *lines, **order):
    org.order("fields", {"object": "Contact", "add": list(lines), **order})


def test_an_org_that_stays_as_it_is(org, compare):
    assert compare() == ()
    assert compare() == ()


def test_a_field_that_was_renamed(org, compare):
    compare()
    change(org, "Titel string(128)", remove=["Title"])

    found = compare()

    text = (
        'Contact has no field "Title", or our user may not see it: let our user see it, or correct the name'
    )
    text += '; did you mean "Titel"?'
    assert found == (f'source "contacts": {text}', f'destination "back": {text}')


def test_a_field_that_takes_less_than_its_variable(org, compare, catalog):
    """Of a destination that names no mapping, too: a value is written as the variable of its field says."""
    long = mapping("person", {"title": {"salesforce": "Title", "length": 128}})
    catalog.mappings["person"] = long
    change(org, "Title string(40)")

    assert compare() == (
        'destination "back": "Title" of Contact takes 40 characters, "title" may have 128: '
        'give length = 40, with "cut" in its form if longer ones shall be cut',
    )


def test_what_changed_is_told_until_a_person_has_looked(org, compare, redis):
    compare()
    change(org, "Title string(40) required")
    compare()

    found = compare()
    schema_notes.renew(redis, "crm", ())

    assert found == (
        "Title of Contact was shortened: it takes 40 characters, and took 128",
        "Title of Contact has become required: it can no longer be empty",
    )
    assert compare() == ()


def test_an_org_without_an_answer_leaves_the_note_as_it_was(org, compare, catalog, redis, client_of):
    change(org, remove=["Title"])
    problems = compare()
    client = client_of()
    client.send = refuse

    said = compare_schema(redis, catalog, catalog.connectors["crm"], lambda _: client, 60.0)

    assert said == "crm: not compared: AWAY: the org gives no answer"
    assert schema_notes.problems_of(redis, ["crm"]) == {"crm": problems}


def test_another_type_is_told_rather_than_another_length():
    earlier = {"A": FieldShape("string", 80), "B": FieldShape("string", 80), "gone": FieldShape("string")}

    found = changes_of_shape(earlier, {"A": FieldShape("picklist", 40), "B": FieldShape("string", 255)})

    assert list(found) == ["A is of type picklist now, and was of type string"]


def test_a_note_of_a_connector_that_was_not_compared_is_not_made(redis):
    schema_notes.renew(redis, "crm", ("a problem",))

    assert schema_notes.problems_of(redis, ["crm", "other"]) == {}


def refuse(_call):
    raise RetryLater("AWAY", "the org gives no answer")
