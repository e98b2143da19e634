import pytest
from marshmallow import ValidationError

from schemas.configuration import ConfigurationSchema
from schemas.destination import ACTIONS, completed, lacking
from schemas.document import paths

LAPSED = {"audience": "lapsed-buyers", "connector": "acme", "action": "custom_event", "event": "LAPSED"}
THERE_ARE = f"there are: {', '.join(sorted(ACTIONS))}"


def load(**changes):
    document = {key: value for key, value in {**LAPSED, **changes}.items() if value is not ...}
    return ConfigurationSchema().load({"destinations": {"lapsed": document}})["destinations"]["lapsed"]


def problems(**changes):
    with pytest.raises(ValidationError) as caught:
        load(**changes)
    return paths(caught.value.messages)


def test_what_is_left_out_has_a_default():
    assert load() == {
        "audience": "lapsed-buyers",
        "connector": "acme",
        "action": "custom_event",
        "event": "LAPSED",
        "call_types": ["ADD", "UPDATE", "REMOVE"],
        "on_unknown": None,
        "existing_members": True,
        "max_rows": 200,
        "max_age": 600,
    }


def test_everything_may_be_given():
    given = {**LAPSED, "call_types": ["ADD"], "on_unknown": "resend", "max_rows": 1, "max_age": 0.5}
    given |= {"api": "async", "existing_members": False, "priority": "first", "honour": "email"}

    assert load(**given) == given


def test_a_journey_is_an_audience_that_is_one():
    assert load(audience=..., journey="welcome") == {**load(audience="welcome"), "journey": "welcome"}
    assert load(audience="welcome", journey="welcome")["audience"] == "welcome"


def test_an_audience_and_another_journey_are_refused():
    assert problems(journey="welcome") == [
        "destinations.lapsed.journey: is given beside audience: give one of them"
    ]


def test_the_order_of_call_types_means_nothing():
    assert load(call_types=["REMOVE", "ADD"])["call_types"] == ["ADD", "REMOVE"]


@pytest.mark.parametrize("audience", ["Käufer, die fehlen", "a" * 255, "VIP (2026) 🎉", "a:b"])
def test_an_audience_may_be_named(audience):
    assert load(audience=audience)["audience"] == audience


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"action": "custom_evnt"},
         f'action: "custom_evnt" is not an action; did you mean "custom_event"? {THERE_ARE}'),
        ({"action": ...}, f"action: is missing; {THERE_ARE}"),
        ({"audience": ...}, "audience: is missing"),
        ({"audience": ""}, "audience: must not be empty"),
        ({"audience": "a" * 256}, "audience: must not be longer than 255 characters"),
        ({"audience": "a/b"}, "audience: must not contain slashes"),
        ({"audience": "a\\b"}, "audience: must not contain slashes"),
        ({"audience": "a\u0000"}, "audience: must not contain control characters"),
        ({"audience": "a\ud800"}, "audience: must not contain control characters"),
        ({"connector": ...}, "connector: is missing"),
        ({"connector": ["acme"]}, "connector: must be text"),
        ({"event": ...}, "event: is missing"),
        ({"event": ""}, "event: must not be empty"),
        ({"event": "A/B"}, "event: must not contain slashes"),
        ({"event": "A\nB"}, "event: must not contain control characters"),
        ({"call_types": []}, "call_types: must be a list of at least one of: ADD, UPDATE, REMOVE"),
        ({"call_types": "ADD"}, "call_types: must be a list of at least one of: ADD, UPDATE, REMOVE"),
        ({"call_types": ["ADD", "ADD"]}, "call_types: must not name anything twice"),
        ({"call_types": [1]}, "call_types: must be text"),
        (
            {"call_types": ["ADD", "REMOV"]},
            'call_types: "REMOV" is not a call type; did you mean "REMOVE"? there are: ADD, REMOVE, UPDATE',
        ),
        ({"on_unknown": "drop"}, 'on_unknown: "drop" is not something to do then; there is: resend'),
        ({"max_rows": 0}, "max_rows: must be at least 1 and at most 200, not 0"),
        ({"max_rows": 201}, "max_rows: must be at least 1 and at most 200, not 201"),
        ({"max_rows": "200"}, "max_rows: must be a whole number"),
        ({"max_age": 0}, "max_age: must be above 0, not 0"),
        ({"max_age": float("inf")}, "max_age: must be a number"),
        ({"api": "asynk"}, 'api: "asynk" is not an API; did you mean "async"? there are: async, sync'),
        ({"max_agee": 5}, "max_agee: is not a known key; did you mean \"max_age\"?"),
        ({"columns": {}}, "columns: is not a known key"),
    ],
)  # fmt: skip
def test_a_problem_is_reported_with_its_path(change, problem):
    assert problems(**change) == [f"destinations.lapsed.{problem}"]


def test_what_all_destinations_have_is_checked_even_when_the_action_is_unknown():
    assert sorted(problems(action="custom_evnt", max_rows=0, event="")) == [
        'destinations.lapsed.action: "custom_evnt" is not an action; did you mean "custom_event"? '
        f"{THERE_ARE}",
        "destinations.lapsed.max_rows: must be at least 1 and at most 200, not 0",
    ]


LEAST = {
    "audience_export": {"identifiers": {"email": "EMAIL_ADDRESS_"}, "match_column_1": "EMAIL_ADDRESS_"},
    "campaign_email": {"campaign": "WELCOME"},
    "custom_event": {"event": "LAPSED"},
    "program_entry": {
        "event": "LAPSED", "identifiers": {"email": "EMAIL_ADDRESS_"}, "match_column_1": "EMAIL_ADDRESS_",
    },
    "supplemental_table": {
        "folder": "Data", "table": "ORDERS", "key": ["ORDER_ID"],
        "columns": {"id": {"column": "ORDER_ID", "null": "skip"}},
    },
}  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS)
def test_an_older_document_gets_the_options_that_came_after_it(action):
    older = {"audience": "lapsed-buyers", "connector": "acme", "action": action, **LEAST[action]}
    whole = {name: value for name, value in ACTIONS[action]().load(older).items() if value is not None}

    assert completed(older, ACTIONS[older["action"]]) == whole
    assert completed(whole, ACTIONS[whole["action"]]) == whole
    for name in whole.keys() - older.keys():
        assert (
            completed({key: value for key, value in whole.items() if key != name}, ACTIONS[action]).keys()
            == whole.keys()
        )


@pytest.mark.parametrize("action", ACTIONS)
def test_what_an_older_document_says_stays_though_it_would_be_refused_now(action):
    older = {"audience": "a", "connector": "acme", "action": action, "max_rows": 5000}

    assert completed(older, ACTIONS[older["action"]])["max_rows"] == 5000
    assert completed(older, ACTIONS[older["action"]])["max_age"] > 0
    assert lacking(older, ACTIONS[older["action"]]) == sorted(name for name in LEAST[action] if name != "key")
