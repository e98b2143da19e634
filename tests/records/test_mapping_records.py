"""Mappings as records: exported as they were given, and named by records that they fit."""

import tomllib

import pytest

from pipeline.errors import Misconfigured
from pipeline.model.mapped_variable import MappedVariable
from pipeline.records import configuration
from pipeline.records.mapping_agreement import (
    mappings_without_fields,
    unknown_mappings,
    users_of_mapping,
    wrong_comparisons,
)
from pipeline.text import toml
from tests.schemas.test_record_mapping import EXAMPLE

USING = {"sources": {"leads": {"kind": "salesforce", "object": "Lead", "mapping": "person"}}}


@pytest.fixture
def stored(records, tmp_path):
    file = tmp_path / "activation.toml"
    file.write_text(EXAMPLE)
    records.apply(configuration.read_configuration(str(file), {}, ()))
    return records


def test_they_are_part_of_the_catalog(stored):
    found = stored.load().mappings["person"]

    assert found.fields_for("Contact") == ("FirstName", "LastName", "Email", "Title", "Phone", "Account.Name")
    assert found.variables["title"] == MappedVariable(
        "title", {"": "Title"}, length=128, form=("trim", "squeeze"), null="blank"
    )


def test_they_are_exported_as_they_were_written(stored):
    exported = tomllib.loads(toml.dumps(stored.export()))

    assert exported == tomllib.loads(EXAMPLE)
    assert not stored.apply(stored.export())


def test_a_value_that_its_own_variable_cannot_have_is_refused(stored):
    one = {"salesforce": "Name", "length": 3, "create": "unknown"}

    with pytest.raises(Misconfigured, match=r"^mappings.m.v.create: is longer than 3 characters$"):
        stored.apply({"mappings": {"m": {"v": one}}})


def test_a_mapping_that_is_not_there_is_named_with_those_that_are():
    assert unknown_mappings(USING, {"persons", "deal"}) == [
        'sources.leads.mapping: "person" is not a mapping; did you mean "persons"? there are: deal, persons'
    ]


def test_records_that_use_a_mapping_are_found():
    assert users_of_mapping("person", USING) == ["leads"]
    assert users_of_mapping("deal", USING) == []


def test_a_mapping_without_a_field_of_the_object_is_refused():
    mappings = {"person": {"v": {"salesforce": {"Contact": "Name"}}}}

    assert list(mappings_without_fields({**USING, "mappings": mappings})) == [
        'sources.leads.mapping: "person" has no field of Lead'
    ]


def test_a_condition_that_compares_a_field_with_another_type_is_refused():
    source = {**USING["sources"]["leads"], "where": {"Company": 5, "Account.Name": "x", "Title": "y"}}
    mappings = {"person": {"company": {"salesforce": "Company"}}}

    assert list(wrong_comparisons({"sources": {"leads": source}, "mappings": mappings})) == [
        "sources.leads.where.Company: a field of type text is compared with a number"
    ]
