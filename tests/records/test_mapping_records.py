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

CRM = """
[connectors.crm]
kind = "salesforce"
host = "https://acme.my.salesforce.com"
client_id = "3MVG9"
client_secret = "s"
[sources.leads]
kind = "salesforce"
connector = "crm"
object = "Lead"
mapping = "person"
every = 2
"""
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


@pytest.mark.parametrize("where", ["{ Email = { set = true } }", '{ any = [ { Title = ["a", "b"] } ] }'])
def test_a_condition_of_a_source_is_exported_as_it_was_written(stored, tmp_path, where):
    file = tmp_path / "sources.toml"
    file.write_text(CRM + f"where = {where}")
    stored.apply(configuration.read_configuration(str(file), {}, (), (), (), stored.names("mappings")))

    exported = tomllib.loads(toml.dumps(stored.export()))

    assert exported["sources"]["leads"]["where"] == tomllib.loads(f"where = {where}")["where"]
    assert stored.load().sources["leads"].where == exported["sources"]["leads"]["where"]


def test_a_condition_of_wrong_types_is_not_stored(stored, tmp_path):
    file = tmp_path / "sources.toml"
    file.write_text(CRM + "where = { Email = 5 }")
    wanted = configuration.read_configuration(str(file), {}, (), (), (), stored.names("mappings"))

    with pytest.raises(
        Misconfigured, match=r"^sources.leads.where.Email: a field of type email is compared with a number$"
    ):
        stored.apply(wanted)
    assert "leads" not in stored.load().sources


def test_a_mapping_in_use_stays(stored, tmp_path):
    file = tmp_path / "sources.toml"
    file.write_text(CRM)
    stored.apply(configuration.read_configuration(str(file), {}, (), (), (), stored.names("mappings")))

    with pytest.raises(Misconfigured, match=r'^records name the mapping "person"$'):
        stored.remove("mappings", "person")
    stored.remove("mappings", "deal")
    assert list(stored.load().mappings) == ["person"]


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
