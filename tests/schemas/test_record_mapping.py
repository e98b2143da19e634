"""Mappings as they are configured: what fits together, and what is refused with its place."""

import tomllib

import pytest

from schemas.configuration import ConfigurationSchema
from schemas.document import paths

EXAMPLE = """
[mappings.person]
first_name = { salesforce = "FirstName", length = 40, form = ["trim"] }
last_name = { salesforce = "LastName", length = 80, form = ["trim"], create = "unknown" }
email = { salesforce = "Email", type = "email" }
title = { salesforce = "Title", length = 128, form = ["trim", "squeeze"], null = "blank" }
phone = { salesforce = "Phone", type = "phone", region = "FR" }
company = { salesforce = { Lead = "Company", Contact = "Account.Name" }, length = 255 }

[mappings.person.interest]
salesforce = { Lead = "Interest__c" }
type = "choice"
values = { CRM = "C", Data = "D" }
other = "X"

[mappings.deal]
amount = { salesforce = "Opportunity.Amount", type = "number", places = 2 }
stage = { salesforce = "StageName" }
"""


def problems(**variables):
    return paths(ConfigurationSchema().validate({"mappings": {"m": variables}}))


@pytest.mark.parametrize("value", [1, "person", [], None, [{}]])
def test_a_mapping_is_a_table(value):
    problem = "must not be null" if value is None else "must be a table"

    assert paths(ConfigurationSchema().validate({"mappings": {"m": value}})) == [f"mappings.m: {problem}"]


def test_a_mapping_is_loaded_as_it_is_written():
    written = tomllib.loads(EXAMPLE)

    assert ConfigurationSchema().load(written)["mappings"] == written["mappings"]


@pytest.mark.parametrize(
    ("variable", "problem"),
    [
        ({}, "salesforce: is missing"),
        ({"salesforce": {}}, "salesforce: must name at least one object"),
        (
            {"salesforce": "A.B.C"},
            'salesforce: must be a field, such as "FirstName", or one of a parent: "Account.Name"',
        ),
        (
            {"salesforce": "Name", "type": "txt"},
            'type: "txt" is not a type; did you mean "text"? there are: choice, day, email, flag, id, '
            "moment, number, phone, set, text, whole",
        ),
        (
            {"salesforce": "Name", "form": ["trimm"]},
            'form: "trimm" is not a form; did you mean "trim"? '
            "there are: cut, digits, lower, squeeze, trim, upper",
        ),
        ({"salesforce": "Name", "form": ["cut"]}, 'form: "cut" needs a length'),
        (
            {"salesforce": "Name", "type": "flag", "form": ["trim"]},
            'form: "trim" does not go with the type flag',
        ),
        (
            {"salesforce": "Name", "form": ["lower", "upper"]},
            'form: "lower" and "upper" contradict each other',
        ),
        ({"salesforce": "Name", "form": ["trim", "trim"]}, "form: must not name anything twice"),
        ({"salesforce": "Name", "places": 2}, "places: goes with the type number alone"),
        ({"salesforce": "Name", "region": "FR"}, "region: goes with the type phone alone"),
        (
            {"salesforce": "Name", "type": "phone", "region": "XX"},
            'region: must be a country by its two letters, such as "FR"',
        ),
        ({"salesforce": "Name", "type": "choice", "other": "X"}, "other: goes with values alone"),
        ({"salesforce": "Name", "type": "whole", "create": "x"}, "create: is not of the type whole"),
        (
            {"salesforce": "Name", "null": "blank", "default": "x"},
            'default: says what becomes of a null, and so does "null"',
        ),
        ({"salesforce": "Name", "lenght": 4}, 'lenght: is not a known key; did you mean "length"?'),
        (
            {"salesforce": "HasOptedOutOfEmail", "type": "flag"},
            'salesforce: "HasOptedOutOfEmail" holds a wish about a channel; only a consent may carry it',
        ),
    ],
)
def test_what_does_not_go_together_is_refused(variable, problem):
    assert problems(v=variable) == [f"mappings.m.v.{problem}"]


@pytest.mark.parametrize(
    ("one", "other", "place"),
    [
        ("Email", "EMAIL", "EMAIL"),
        ("Email", {"Lead": "Email"}, "Email"),
        ({"Lead": "Email"}, "Email", "Email"),
        ({"Lead": "Email", "Contact": "Name"}, {"Contact": "Name"}, "Name"),
    ],
)
def test_no_two_variables_have_one_field(one, other, place):
    found = problems(a={"salesforce": one}, b={"salesforce": other})

    assert found == [f'mappings.m.b.salesforce: "{place}" is the field of "a" already']


def test_fields_of_different_objects_may_have_one_name():
    assert problems(a={"salesforce": {"Lead": "Title"}}, b={"salesforce": {"Contact": "Title"}}) == []


def test_a_mapping_names_a_variable():
    assert problems() == ["mappings.m: must name 1 to 500 variables"]


def test_all_problems_of_a_mapping_are_told_at_once():
    found = problems(
        a={"salesforce": {"Lead": "A.B.C", "Contact": "Title"}},
        b={"salesforce": {"Contact": "Title"}, "length": 0, "form": ["cut", "up"], "places": 2},
        c={"salesforce": "HasOptedOutOfEmail"},
    )

    assert {line.partition(":")[0] for line in found} == {
        "mappings.m.a.salesforce.Lead",
        "mappings.m.b.salesforce",
        "mappings.m.b.length",
        "mappings.m.b.form",
        "mappings.m.b.places",
        "mappings.m.c.salesforce",
    }
