"""What an activation may be, and what is said when it is not."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import pytest
from marshmallow import ValidationError

from schemas.activation import ActivationSchema, EntrySchema

HASH = "ABCDEF0123456789" * 4
SALESFORCE = "This must be an id of Salesforce: 15 or 18 letters and digits."
MANGLED = "This is a mangled id: its last three characters do not fit the first 15, or their case."
UNKNOWN = (
    "There is no such identifier; "
    "there are: email, riid, crm_id, hashed_email, salesforce_id, 27, 7001, 2001."
)
ADDRESS = 'This is a plain address; put it in "email" and it will be hashed.'
DIGITS = "This must be 64 hexadecimal digits: SHA-256 of the trimmed, lower-cased address."
TWICE = 'This and "27" are the same identifier with different values; send one of them.'
NUMBER = "This must be text or a whole number from 0 to 9223372036854775807."
NESTED = "A variable is text, a number, true, false or null; send other things as text."
PLAIN = {"audience": "lapsed-buyers", "profile_id": "p-1", "call_type": "ADD"}


class Tier(StrEnum):
    GOLD = "gold"


def load(**changes):
    return ActivationSchema().load({**PLAIN, **changes})


def messages(**changes):
    with pytest.raises(ValidationError) as caught:
        load(**changes)
    return caught.value.messages


def test_the_least_activation_has_an_audience_a_profile_and_a_call_type():
    activation = ActivationSchema().load(PLAIN)

    assert activation == {**PLAIN, "identifiers": {}, "variables": {}, "occurred_at": None, "id": None}


def test_everything_that_is_missing_is_named_at_once():
    with pytest.raises(ValidationError) as caught:
        ActivationSchema().load({})

    assert caught.value.messages == {
        "audience": ["This is missing; every activation needs it."],
        "profile_id": ["This is missing; every activation needs it."],
        "call_type": ["This is missing; it says what happened: ADD, UPDATE or REMOVE."],
    }


@pytest.mark.parametrize("data", [None, [], "text", 7, [PLAIN]])
def test_an_activation_is_an_object(data):
    with pytest.raises(ValidationError) as caught:
        ActivationSchema().load(data)

    assert caught.value.messages == {"_schema": ["An activation is an object."]}


@pytest.mark.parametrize("name", ["audience", "profile_id", "id"])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (7, "This must be text."),
        (b"p-1", "This must be text."),
        ("", "This must not be empty."),
        ("p\x00", "This must not contain control characters, such as line ends or tabs."),
        ("p\n", "This must not contain control characters, such as line ends or tabs."),
        ("p\x85", "This must not contain control characters, such as line ends or tabs."),
        ("\ud800", "This is not valid Unicode: it contains half of a surrogate pair."),
    ],
)
def test_names_and_ids_are_printable_text(name, value, message):
    assert messages(**{name: value}) == {name: [message]}


@pytest.mark.parametrize(("name", "longest"), [("audience", 255), ("profile_id", 255), ("id", 128)])
def test_names_and_ids_have_a_greatest_length(name, longest):
    assert load(**{name: "ü" * longest})[name] == "ü" * longest
    assert messages(**{name: "ü" * (longest + 1)}) == {
        name: [f"This must have at most {longest} characters."]
    }


@pytest.mark.parametrize("value", ["add", "DELETE", "", 1, ["ADD"]])
def test_a_call_type_is_one_of_three(value):
    assert messages(call_type=value) == {"call_type": ["This must be ADD, UPDATE or REMOVE, in capitals."]}


def test_unknown_fields_are_refused():
    """A misspelt name would otherwise be lost without a word."""
    assert messages(profileId="p-1", bulk=True) == {
        "profileId": ['There is no such field; your own data goes under "variables".'],
        "bulk": ['There is no such field; your own data goes under "variables".'],
    }


def test_only_an_entry_carries_what_the_pipeline_adds():
    ours = {"bulk": True, "auto_id": "f00-1-0", "destination": "lapsed-event", "replay": "d-1"}

    assert EntrySchema().load({**PLAIN, **ours}).items() >= ours.items()


@pytest.mark.parametrize(
    ("given", "loaded"),
    [
        ({"email": "ada@example.com"}, {"email": "ada@example.com"}),
        ({"27": "123", "7001": HASH, "2001": "C-9"}, {"riid": "123", "hashed_email": HASH, "crm_id": "C-9"}),
        ({"riid": 123, "crm_id": 0}, {"riid": "123", "crm_id": "0"}),
        ({"riid": "123", "27": 123}, {"riid": "123"}),
        ({"salesforce_id": "00Q000000000aBc"}, {"salesforce_id": "00Q000000000aBcEAI"}),
        ({"salesforce_id": "00Q000000000aBcEAI"}, {"salesforce_id": "00Q000000000aBcEAI"}),
    ],
)
def test_identifiers_load_as_text_by_name(given, loaded):
    assert load(identifiers=given)["identifiers"] == loaded


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"phone": "1"}, {"phone": UNKNOWN}),
        ({"email": None}, {"email": "This must be text."}),
        ({"email": 7}, {"email": "This must be text."}),
        ({"email": ""}, {"email": "This must not be empty."}),
        ({"email": " "}, {"email": "This must not be blank; leave it out when there is none."}),
        ({"email": HASH}, {"email": 'This is a hash and would be hashed again; put it in "hashed_email".'}),
        ({"riid": True}, {"riid": NUMBER}),
        ({"riid": -1}, {"riid": NUMBER}),
        ({"crm_id": 2**63}, {"crm_id": NUMBER}),
        ({"hashed_email": "ada@example.com"}, {"hashed_email": ADDRESS}),
        ({"7001": HASH[1:]}, {"7001": DIGITS}),
        ({"7001": HASH + "\n"}, {"7001": DIGITS}),
        ({"27": "1", "riid": "2"}, {"riid": TWICE}),
        ({"salesforce_id": "00Q"}, {"salesforce_id": SALESFORCE}),
        ({"salesforce_id": "00Q00000000-aBc"}, {"salesforce_id": SALESFORCE}),
        ({"salesforce_id": "00Q000000000aBcEAA"}, {"salesforce_id": MANGLED}),
        ({"salesforce_id": "00Q000000000abcEAI"}, {"salesforce_id": MANGLED}),
        ({"salesforce_id": 15}, {"salesforce_id": "This must be text."}),
    ],
)  # fmt: skip
def test_what_cannot_identify_a_profile_is_refused(given, problem):
    [(key, message)] = problem.items()

    assert messages(identifiers=given) == {"identifiers": {key: [message]}}


def test_variables_are_text_numbers_booleans_or_null():
    variables = {"tier": "gold", "points": 7, "score": 1.5, "vip": True, "store": None}

    assert load(variables=variables)["variables"] == variables


def test_variables_of_python_become_plain_values():
    """An entry is JSON, which knows neither enumerations nor decimals."""
    variables = load(variables={"tier": Tier.GOLD, "price": Decimal("1.50")})["variables"]

    assert {name: (type(value), value) for name, value in variables.items()} == {
        "tier": (str, "gold"),
        "price": (float, 1.5),
    }


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1], NESTED),
        ({"a": 1}, NESTED),
        (datetime(2026, 1, 1, tzinfo=UTC), NESTED),
        (float("nan"), "This is not a finite number; send null or leave it out."),
        (float("-inf"), "This is not a finite number; send null or leave it out."),
        (2**63, "This number is too large; send it as text."),
        ("\udfff", "This is not valid Unicode: it contains half of a surrogate pair."),
    ],
)  # fmt: skip
def test_other_variables_are_refused(value, message):
    assert messages(variables={"it": value}) == {"variables": {"it": [message]}}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "This must not be empty."),
        ("n" * 256, "This must have at most 255 characters."),
        (7, "This must be text."),
    ],
)
def test_names_of_variables_are_text(name, message):
    assert messages(variables={name: 1}) == {"variables": {name: [message]}}


@pytest.mark.parametrize("name", ["identifiers", "variables"])
@pytest.mark.parametrize("value", [[], "text", 7])
def test_identifiers_and_variables_are_objects(name, value):
    example = {"identifiers": '{"email": "..."}', "variables": '{"tier": "gold"}'}[name]

    assert messages(**{name: value}) == {name: [f"This must be an object, such as {example}."]}


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2026-11-21T12:00:00Z", datetime(2026, 11, 21, 12, tzinfo=UTC)),
        ("2026-11-21 12:00", datetime(2026, 11, 21, 12, tzinfo=UTC)),
        ("2026-11-21T12:00:00.5", datetime(2026, 11, 21, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-11-21t12:00:00.1234565z", datetime(2026, 11, 21, 12, 0, 0, 123_457, tzinfo=UTC)),
        ("2026-11-21T12:00:00+0530", datetime(2026, 11, 21, 6, 30, tzinfo=UTC)),
        (datetime(2026, 11, 21, 12), datetime(2026, 11, 21, 12, tzinfo=UTC)),
        (
            datetime(2026, 11, 21, 12, tzinfo=timezone(timedelta(hours=2))),
            datetime(2026, 11, 21, 10, tzinfo=UTC),
        ),
    ],
)
def test_a_moment_without_a_zone_is_in_utc(given, moment):
    assert load(occurred_at=given)["occurred_at"] == moment


@pytest.mark.parametrize(
    "value",
    ["2026-11-21", "yesterday", "2026-02-30T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T12:00:00+05:60",
     "2026-11-21T12:00:00+24:00", "9999-12-31T23:59:59.9999999Z", 1_700_000_000, ""],
)  # fmt: skip
def test_other_moments_are_refused(value):
    assert messages(occurred_at=value) == {
        "occurred_at": ["This must be a date and time in ISO 8601, such as 2026-11-21T12:00:00Z."]
    }


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_moments_that_stand_for_never_are_refused(value):
    assert messages(occurred_at=value) == {"occurred_at": ["This must lie between the years 1970 and 9998."]}


@pytest.mark.parametrize(
    "broken",
    [
        {"identifiers": {"hashed_email": "ada@example.com"}},
        {"identifiers": {"7001": "ada@example.com", "hashed_email": HASH}},
        {"variables": {"address": ["ada@example.com"]}},
        {"occurred_at": "ada@example.com"},
        {"profile_id": "ada@example.com\n"},
        {"call_type": "ada@example.com"},
    ],
)
def test_messages_never_repeat_a_value(broken):
    assert "ada@example.com" not in str(messages(**broken))
