"""pipeline.responsys.actions.custom_event; bodies as in Oracle's api-v1.3-events-eventName-post.htm."""

import json
from dataclasses import replace

import pytest

from pipeline.errors import OutcomeUnknown
from pipeline.model.call import Call, Rejection
from pipeline.responsys.actions.custom_event import CustomEvent
from pipeline.responsys.client import encoded
from pipeline.responsys.errors import SETUP_CODES
from pipeline.responsys.identifiers import hash_email

LIST = {"objectName": "CONTACTS_LIST", "folderName": "Main"}


def event_call(connector, destination, rows):
    """Return the one call that is made for rows."""
    (step,) = CustomEvent(connector, destination).steps(rows)
    return step.call(rows)


def event_verdicts(connector, destination, rows, answer):
    """Return what an answer says of rows."""
    (step,) = CustomEvent(connector, destination).steps(rows)
    return step.verdicts(rows, answer)


def test_it_is_one_step_that_is_not_repeated(connector, destination, make_activation):
    (step,) = CustomEvent(connector, destination).steps([make_activation()])

    assert (step.function, step.repeatable) == ("triggerCustomEvent", False)
    assert (CustomEvent.functions, CustomEvent.coalesces) == (("triggerCustomEvent",), False)


def test_rows_become_recipients_with_their_variables_as_properties(connector, destination, make_activation):
    rows = [
        make_activation(variables={"tier": "gold", "points": 7, "vip": True, "none": None}),
        make_activation({"hashed_email": "AB" * 32}, profile="p-2"),
    ]

    call = event_call(connector, destination, rows)

    assert replace(call, body=json.loads(encoded(call))) == Call(
        function="triggerCustomEvent",
        path="/rest/api/v1.3/events/LAPSED",
        body={
            "customEvent": {},
            "recipientData": [
                {
                    "recipient": {"emailSHA256Hash": hash_email("ada@example.com"), "listName": LIST},
                    "optionalData": [
                        {"name": "profileId", "value": "p-1"},
                        {"name": "callType", "value": "ADD"},
                        {"name": "tier", "value": "gold"},
                        {"name": "points", "value": "7"},
                        {"name": "vip", "value": "true"},
                        {"name": "none", "value": None},
                    ],
                },
                {
                    "recipient": {"emailSHA256Hash": "ab" * 32, "listName": LIST},
                    "optionalData": [
                        {"name": "profileId", "value": "p-2"},
                        {"name": "callType", "value": "ADD"},
                    ],
                },
            ],
        },
    )


def recipient_of(call):
    (found,) = json.loads(encoded(call))["recipientData"]
    return found["recipient"]


@pytest.mark.parametrize(
    ("kind", "identifiers", "recipient"),
    [
        ("riid", {"riid": "123", "email": "ada@example.com"}, {"recipientId": 123}),
        ("crm_id", {"crm_id": "C-9", "email": "ada@example.com"}, {"customerId": "C-9"}),
        ("hashed_email", {"hashed_email": "AB" * 32, "riid": "123"}, {"emailSHA256Hash": "ab" * 32}),
    ],
)
def test_a_recipient_has_the_one_identifier_of_the_connector(
    connector, destination, make_activation, kind, identifiers, recipient
):
    """Of several, Responsys takes the first in an order of its own."""
    call = event_call(replace(connector, identifier_type=kind), destination, [make_activation(identifiers)])

    assert recipient_of(call) == {**recipient, "listName": LIST}


def test_a_list_without_a_folder_is_named_without_one(connector, destination, make_activation):
    call = event_call(replace(connector, list_folder=None), destination, [make_activation()])

    assert recipient_of(call)["listName"] == {"objectName": "CONTACTS_LIST"}


def test_the_rows_of_a_batch_have_the_problems_that_each_has(connector, destination, make_activation):
    rows = [
        make_activation(variables={"tier": "gold"}),
        make_activation({}),
        make_activation(variables={"tier": "gold", "callType": "x"}),
    ]

    event = CustomEvent(connector, destination)

    alone = [event.problem(row) for row in rows]

    assert alone[0] is None
    assert event.problems(rows) == {1: alone[1], 2: alone[2]}
    assert event.problems(rows[:1]) == {}


HASH = "a" * 64
BY_ADDRESS = [
    {"email": "ada@example.com"},
    {"email": "o'hara@x-y.example"},
    {"email": "no address"},
    {"email": "x ada@example.com"},
    {"email": "ada@example.com\u2028"},
    {"email": "bob@example.com", "hashed_email": "no hash"},
    {"email": "bob@example.com", "hashed_email": HASH},
    {"hashed_email": HASH},
    {"crm_id": "C-1"},
    {"email": "eve@example.com", "crm_id": "C-1"},
]


@pytest.mark.parametrize("first", range(len(BY_ADDRESS)))
def test_addresses_have_the_problems_together_that_each_has_alone(
    connector, destination, make_activation, first
):
    event = CustomEvent(replace(connector, identifier_type="hashed_email"), destination)
    rows = [make_activation(identifiers) for identifiers in BY_ADDRESS[first:] + BY_ADDRESS[:first]]

    alone = {position: event.problem(row) for position, row in enumerate(rows)}

    assert event.problems(rows) == {position: problem for position, problem in alone.items() if problem}
    assert len(event.problems(rows)) == 4


def test_two_addresses_in_one_are_none(connector, destination, make_activation):
    event = CustomEvent(replace(connector, identifier_type="hashed_email"), destination)
    rows = [make_activation({"email": each}) for each in ("a@example.com", "b@example.com\nc@example.com")]
    event.problem(rows[0])

    assert event.problems(rows) == {1: 'identifier "email" is not an e-mail address'}


def test_the_events_name_is_percent_encoded(connector, destination, make_activation):
    call = event_call(connector, replace(destination, options={"event": "[TEST] a/b?ü"}), [make_activation()])

    assert call.path == "/rest/api/v1.3/events/%5BTEST%5D%20a%2Fb%3F%C3%BC"


def test_a_good_row_has_no_problem(connector, destination, make_activation):
    assert (
        CustomEvent(connector, destination).problem(make_activation(variables={"tier": "gold", "RIID": 1}))
        is None
    )


def test_a_row_without_the_identifier_has_a_problem(connector, destination, make_activation):
    riids = replace(connector, identifier_type="riid")

    assert CustomEvent(riids, destination).problem(make_activation()) == 'identifier "riid" is missing'


@pytest.mark.parametrize("name", ["profileId", "PROFILEID", "callType", "EMAIL_ADDRESS_", "riid_", "City_"])
def test_names_that_are_not_free_are_named_without_their_values(
    connector, destination, make_activation, name
):
    row = make_activation(variables={"tier": "gold", name: "ada@example.com"})

    assert CustomEvent(connector, destination).problem(row) == f'reserved variable names: "{name}"'


def test_a_batch_of_verdicts_is_read_in_order(connector, destination, make_activation):
    """Success, an unknown person and an unknown list, as recorded."""
    answer = [
        {"errorMessage": None, "success": True, "recipientId": 364470001},
        {"errorMessage": "NO_RECIPIENT_FOUND: Recipient Not Found", "success": False, "recipientId": -1},
        {"errorMessage": "PROFILE_LIST_NOT_FOUND", "success": False, "recipientId": -1},
    ]

    assert event_verdicts(connector, destination, [make_activation()] * 3, answer) == [
        None,
        Rejection("NO_RECIPIENT_FOUND", "Recipient Not Found"),
        Rejection("PROFILE_LIST_NOT_FOUND"),
    ]


def test_what_is_wrong_with_the_list_is_not_wrong_with_the_row():
    assert sorted(SETUP_CODES) == [
        "FOLDER_NOT_FOUND",
        "PROFILE_LIST_NOT_FOUND",
        "PROFILE_LIST_NOT_FOUND_IN_FOLDER",
    ]


def test_results_in_another_order_than_the_riids_sent_are_not_shifted(
    connector, destination, make_activation
):
    rows = [make_activation({"riid": riid}) for riid in ("11", "12")]
    answer = [{"errorMessage": None, "success": True, "recipientId": riid} for riid in (12, 11)]

    with pytest.raises(OutcomeUnknown, match="another recipient"):
        event_verdicts(replace(connector, identifier_type="riid"), destination, rows, answer)


def test_a_riid_that_was_not_sent_is_not_compared(connector, destination, make_activation):
    """Somebody else's record of it may be out of date."""
    rows = [make_activation({"riid": "11", "email": "ada@example.com"})]
    answer = [{"errorMessage": None, "success": True, "recipientId": 12}]

    assert event_verdicts(connector, destination, rows, answer) == [None]
