"""Whatever the real thing might refuse is refused, and held against the client."""

import json

import pytest
import requests

from tests.emulators.conftest import refusal, to

DATA = {"customEvent": {}, "recipientData": [to("demo-1")]}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (DATA | {"extra": 1}, "Object contains unknown field `extra`"),
        ({"recipientData": [to("demo-1")]}, "Object missing required field `customEvent`"),
        ({"customEvent": {}}, "Object missing required field `recipientData`"),
        ({"customEvent": {}, "recipientData": []}, "recipientData is empty"),
        (
            {"customEvent": {}, "recipientData": [to("demo-1", memberId="1")]},
            "Object contains unknown field `memberId` - at `$.recipientData[0].recipient`",
        ),
        (
            {"customEvent": {}, "recipientData": [to("demo-1", emailFormat="MULTIPART")]},
            "Invalid enum value 'MULTIPART' - at `$.recipientData[0].recipient.emailFormat`",
        ),
        (
            {"customEvent": {}, "recipientData": [to(5)]},
            "Expected `str | null`, got `int` - at `$.recipientData[0].recipient.customerId`",
        ),
    ],
)
def test_a_body_that_is_not_as_documented_is_refused(responsys, token, body, complaint):
    answer = responsys.trigger(token, json=body)

    assert refusal(answer) == (400, "INVALID_PARAMETER", complaint)
    assert responsys.violations() == [complaint]


@pytest.mark.parametrize(
    ("value", "found"), [(7, "int"), (1.5, "float"), (True, "bool"), ([], "array"), ({}, "object")]
)
def test_values_of_variables_are_strings(responsys, token, value, found):
    row = to("demo-1") | {"optionalData": [{"name": "POINTS", "value": value}]}

    answer = responsys.trigger(token, row)

    where = "$.recipientData[0].optionalData[0].value"
    assert refusal(answer) == (
        400,
        "INVALID_PARAMETER",
        f"Expected `str | null`, got `{found}` - at `{where}`",
    )


@pytest.mark.parametrize("name", ["EMAIL_ADDRESS_", "riid_"])
def test_variables_are_not_named_after_system_columns(responsys, token, name):
    row = to("demo-1") | {"optionalData": [{"name": name, "value": "x"}]}

    answer = responsys.trigger(token, row)

    complaint = f"optionalData names a system column: {name}"
    assert refusal(answer) == (400, "INVALID_PARAMETER", complaint)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_the_content_type_is_json(responsys, token, content_type):
    answer = responsys.trigger(
        token, json=None, data=json.dumps(DATA), headers={"Content-Type": content_type}
    )

    assert refusal(answer)[:2] == (400, "INVALID_REQUEST_CONTENT")
    assert responsys.violations() == ["Content-Type is not application/json"]


def test_characters_beyond_ascii_must_be_escaped(responsys, token):
    row = to("demo-1") | {"optionalData": [{"name": "CITY", "value": "Zürich"}]}
    body = {"customEvent": {}, "recipientData": [row]}
    headers = {"Content-Type": "application/json"}

    raw = responsys.trigger(
        token, json=None, data=json.dumps(body, ensure_ascii=False).encode(), headers=headers
    )
    escaped = responsys.trigger(token, json=None, data=json.dumps(body), headers=headers)

    assert refusal(raw)[:2] == (400, "INVALID_REQUEST_CONTENT")
    assert [result["success"] for result in escaped.json()] == [True]


def test_a_body_that_is_not_json_is_refused(responsys, token):
    answer = responsys.trigger(token, json=None, data="{", headers={"Content-Type": "application/json"})

    assert refusal(answer)[:2] == (400, "INVALID_REQUEST_CONTENT")


def test_a_recipient_without_list_or_identifier_is_held_against_the_client(responsys, token):
    answer = responsys.trigger(token, to("demo-1", listName=None), to())

    messages = [result["errorMessage"] for result in answer.json()]
    assert messages == ["PROFILE_LIST_NOT_FOUND", "NO_RECIPIENT_FOUND: Recipient Not Found"]
    assert responsys.violations() == ["a recipient has no listName", "a recipient has no identifier"]


def test_a_body_of_more_than_ten_megabytes_closes_the_connection(responsys, token):
    with pytest.raises(requests.ConnectionError):
        responsys.trigger(token, json=None, data=b" " * 10_000_001)

    assert responsys.violations() == ["a body of more than 10 MB"]


def test_the_same_goes_for_a_body_that_does_not_say_its_size(responsys, token):
    with pytest.raises(requests.ConnectionError):
        responsys.trigger(token, json=None, data=(b" " * 1_000_000 for _ in range(11)))

    assert responsys.violations() == ["a body of more than 10 MB"]


@pytest.mark.parametrize("path", ["/v1.3/ratelimit", "/v1.4/lists", "/v1.3/events/LAPSED"])
def test_an_unknown_path_is_answered_by_the_gateway_in_html(responsys, token, path):
    answer = responsys.get(path, token)

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html")
    assert responsys.violations() == [f"there is no GET /rest/api{path}"]


def test_a_careful_client_leaves_no_violations(responsys, token):
    responsys.trigger(token, to("demo-1"), to("nobody"))
    responsys.trigger(token, to("demo-1"), event="OTHER")

    assert responsys.ask("violations") == {"total": 0, "violations": []}
