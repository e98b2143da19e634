"""schemas.campaign_email."""

import pytest
from marshmallow import ValidationError

from schemas.campaign_email import CampaignEmail
from schemas.document import paths

WELCOME = {"audience": "new-buyers", "connector": "acme", "action": "campaign_email", "campaign": "WELCOME"}


def load(**changes):
    document = {key: value for key, value in {**WELCOME, **changes}.items() if value is not ...}
    return CampaignEmail().load(document)


def problems(**changes):
    with pytest.raises(ValidationError) as caught:
        load(**changes)
    return paths(caught.value.messages)


def test_what_is_left_out_has_a_default():
    assert load() == {
        **WELCOME,
        "email_field": "email",
        "fields": {},
        "fields_table": None,
        "table_folder": None,
        "insert_on_no_match": False,
        "new_members": None,
        "dedupe": 86400,
        "existing_members": False,
        "call_types": ["ADD"],
        "max_rows": 200,
        "max_age": 60,
        "settle_within": "24h",
    }


def test_everything_may_be_given():
    given = {
        **WELCOME,
        "email_field": "work_email",
        "fields": {"first_name": "FIRST_NAME", "coupon": "Coupon2"},
        "fields_table": "WELCOMED",
        "table_folder": "Tables",
        "insert_on_no_match": True,
        "new_members": "optin",
        "dedupe": 0,
        "existing_members": True,
        "call_types": ["ADD"],
        "max_rows": 1,
        "max_age": 0.5,
        "settle_within": "2d",
    }

    assert load(**given) == given


def test_fields_may_be_named_as_the_variables_are():
    assert load(fields=["first_name", "coupon"])["fields"] == {"first_name": "first_name", "coupon": "coupon"}


def test_29_fields_are_taken():
    assert len(load(fields=[f"field {number}" for number in range(29)])["fields"]) == 29


def test_what_was_exported_can_be_applied():
    """As configuration it has no nulls."""
    exported = {key: value for key, value in load(fields=["coupon"]).items() if value is not None}

    assert load(**exported) == load(fields=["coupon"])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"campaign": ...}, "campaign: is missing"),
        ({"campaign": "A/B"}, "campaign: must not contain slashes"),
        ({"email_field": ""}, "email_field: must not be empty"),
        ({"fields": "coupon"}, "fields: must be a table or a list of names"),
        ({"fields": ["coupon", 1]}, "fields: must be text"),
        ({"fields": ["coupon", "coupon"]}, "fields: must not name anything twice"),
        ({"fields": [f"f{n}" for n in range(30)]}, "fields: must not name more than 29, not 30"),
        ({"fields": {"a": 1}}, "fields.a: must be text"),
        ({"fields": {"a": "X", "b": "x"}}, 'fields.b: "x" gets the value of "a" already'),
        ({"fields": {"": "X"}}, 'fields."": the name of an identifier or variable has 1 to 255 characters'),
        (
            {"fields": ["email_address_"]},
            'fields.email_address_: "email_address_": names that end in _ are Responsys\' own',
        ),
        ({"insert_on_no_match": 1}, "insert_on_no_match: must be true or false"),
        (
            {"insert_on_no_match": True},
            'new_members: is missing: say "optin" or "optout" for people whom insert_on_no_match adds',
        ),
        ({"new_members": "optin"}, "new_members: means nothing without insert_on_no_match = true"),
        (
            {"new_members": "in", "insert_on_no_match": True},
            'new_members: "in" is not a status for new members; there are: optin, optout',
        ),
        ({"dedupe": -1}, "dedupe: must be at least 0, not -1"),
        ({"dedupe": 1.5}, "dedupe: must be a whole number"),
        ({"existing_members": "no"}, "existing_members: must be true or false"),
        (
            {"call_types": ["ADD", "REMOVE"]},
            'call_types: "REMOVE" is not a call type that sends e-mail; there is: ADD',
        ),
        ({"on_unknown": "resend"}, "on_unknown: is not a known key"),
        ({"max_age": 0}, "max_age: must be above 0, not 0"),
        ({"fields_table": "WELCOMED"}, "fields_table: means nothing without fields"),
        ({"table_folder": "Main"}, "table_folder: means nothing without fields_table"),
        (
            {"fields": ["first name"], "fields_table": "WELCOMED"},
            'fields."first name": "first name" cannot be a column of fields_table: '
            "it must begin with a letter and go on with letters, digits and _",
        ),
    ],
)
def test_a_problem_is_reported_with_its_path(change, problem):
    assert problems(**change) == [problem]


def test_all_problems_are_reported_at_once():
    change = {
        "campaign": "A/B",
        "insert_on_no_match": True,
        "dedupe": -1,
        "fields": ["A_"],
        "emial_field": "e",
    }

    assert sorted(line.partition(":")[0] for line in problems(**change)) == [
        "campaign",
        "dedupe",
        "emial_field",
        "fields.A_",
        "new_members",
    ]
