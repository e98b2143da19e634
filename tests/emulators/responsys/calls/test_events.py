"""Custom events, as section 2 of the API reference has them."""

import pytest

from emulators.responsys.account.columns import email_md5, email_sha256
from tests.emulators.conftest import LIST_NAME, refusal, to

DEMO_1 = 100_000_002
GOOD = {"errorMessage": None, "success": True, "recipientId": DEMO_1}
UNKNOWN = {"errorMessage": "NO_RECIPIENT_FOUND: Recipient Not Found", "success": False, "recipientId": -1}
TWICE = {"errorMessage": "MULTIPLE_RECIPIENTS_FOUND", "success": False, "recipientId": -1}


def failed(message):
    return {"errorMessage": message, "success": False, "recipientId": -1}


def test_every_recipient_gets_one_result_in_the_order_of_the_call(responsys, token):
    answer = responsys.trigger(token, to("nobody"), to("demo-1"), to("nobody else"))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert answer.json() == [UNKNOWN, GOOD, UNKNOWN]


@pytest.mark.parametrize(
    "identifier",
    [
        {"recipientId": DEMO_1},
        {"recipientId": str(DEMO_1)},
        {"emailAddress": "Demo-1@Example.com"},
        {"customerId": "demo-1"},
        {"emailSHA256Hash": email_sha256("demo-1@example.com")},
        {"emailSHA256Hash": email_sha256("demo-1@example.com").upper()},
        {"emailMD5Hash": email_md5(" DEMO-1@example.com ")},
    ],
)
def test_each_identifier_finds_the_person(responsys, token, identifier):
    assert responsys.trigger(token, to(**identifier)).json() == [GOOD]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("recipientId", "emailAddress"),
        ("emailAddress", "customerId"),
        ("customerId", "mobileNumber"),
        ("mobileNumber", "emailSHA256Hash"),
        ("emailSHA256Hash", "emailMD5Hash"),
    ],
)
def test_of_several_identifiers_the_first_in_their_order_counts(responsys, token, first, second):
    member = {"customer_id": "C-1", "email": "ada@example.com", "mobile": "+4912345", "riid": 7}
    responsys.order("members", {"members": [member]})
    known = {
        "recipientId": 7,
        "emailAddress": "ada@example.com",
        "customerId": "C-1",
        "mobileNumber": "+4912345",
        "emailSHA256Hash": email_sha256("ada@example.com"),
        "emailMD5Hash": email_md5("ada@example.com"),
    }

    good = responsys.trigger(token, to(**{first: known[first], second: "9"}))
    bad = responsys.trigger(token, to(**{first: "9", second: known[second]}))

    assert good.json() == [GOOD | {"recipientId": 7}]
    assert bad.json() == [UNKNOWN]


def test_a_recipient_that_is_in_one_call_twice_fails_every_time(responsys, token):
    """Whoever the two identifiers are: it is the person that counts."""
    answer = responsys.trigger(token, to("demo-1"), to("demo-2"), to(emailAddress="demo-1@example.com"))

    assert answer.json() == [TWICE, GOOD | {"recipientId": DEMO_1 + 1}, TWICE]
    assert responsys.violations() == ["the same recipient is in one call twice"]


def test_the_first_of_two_copies_succeeds_when_that_is_switched_on(responsys, token):
    responsys.order("behaviour", {"duplicates": "first_succeeds"})

    assert responsys.trigger(token, to("demo-1"), to("demo-1")).json() == [GOOD, TWICE]


def test_an_identifier_of_several_members_finds_none(responsys, token):
    shared = {"email": "family@example.com"}
    responsys.order(
        "members", {"members": [shared | {"customer_id": "C-1"}, shared | {"customer_id": "C-2"}]}
    )

    answer = responsys.trigger(token, to(emailAddress="family@example.com"), to("C-1"))

    assert [result["errorMessage"] for result in answer.json()] == ["MULTIPLE_RECIPIENTS_FOUND", None]


@pytest.mark.parametrize(
    ("list_name", "message"),
    [
        (None, "PROFILE_LIST_NOT_FOUND"),
        ({"folderName": "Main"}, "PROFILE_LIST_NOT_FOUND"),
        ({"folderName": "Main", "objectName": "OTHER"}, "PROFILE_LIST_NOT_FOUND"),
        ({"folderName": "Elsewhere", "objectName": "CONTACTS_LIST"}, "FOLDER_NOT_FOUND"),
        ({"folderName": "Archive", "objectName": "CONTACTS_LIST"}, "PROFILE_LIST_NOT_FOUND_IN_FOLDER"),
    ],
)
def test_a_list_that_cannot_be_found_fails_the_recipient_and_not_the_call(
    responsys, token, list_name, message
):
    responsys.order("lists", {"lists": [{"name": "OLD_LIST", "folder": "Archive"}]})

    answer = responsys.trigger(token, to("demo-1", listName=list_name), to("demo-1"))

    assert answer.json() == [failed(message), GOOD]


def test_a_list_may_be_named_without_its_folder(responsys, token):
    assert responsys.trigger(token, to("demo-1", listName={"objectName": "CONTACTS_LIST"})).json() == [GOOD]


def test_the_event_must_be_defined(responsys, token):
    answer = responsys.trigger(token, to("demo-1"), event="OTHER")

    assert refusal(answer) == (404, "CUSTOM_EVENT_NOT_FOUND", "OTHER Custom Event Not Found")
    assert responsys.ask("ledger")["total"] == 0


def test_the_name_of_an_event_is_decoded_from_the_path(responsys, token):
    responsys.order("events", {"events": ["[TEST]/x y"]})

    assert responsys.trigger(token, to("demo-1"), event="%5BTEST%5D%2Fx%20y").json() == [GOOD]


def test_two_hundred_recipients_go_into_one_call_and_no_more(responsys, token):
    responsys.order("members", {"range": {"count": 201, "prefix": "p"}})
    rows = [to(f"p{number}") for number in range(201)]

    good, bad = responsys.trigger(token, *rows[:200]), responsys.trigger(token, *rows)

    assert [result["success"] for result in good.json()] == [True] * 200
    assert refusal(bad)[:2] == (400, "RECIPIENT_LIMIT_EXCEEDED")
    assert [call["recipients"] for call in responsys.ask("ledger")["calls"]] == [200]


def test_an_unknown_recipient_may_be_told_in_the_other_word(responsys, token):
    responsys.order("behaviour", {"unknown_recipient": "RECIPIENT_NOT_FOUND"})

    assert responsys.trigger(token, to("nobody")).json() == [
        failed("RECIPIENT_NOT_FOUND: Recipient Not Found")
    ]


def test_events_are_listed(responsys, token):
    assert responsys.get("/v1.3/events", token).json() == [{"eventName": "LAPSED", "description": ""}]


def test_every_stranger_is_on_a_list_that_says_so(responsys, token):
    responsys.order("members", {"any_recipient": True})
    strangers = [to("x"), to(emailAddress="x@y.z"), to(emailSHA256Hash=64 * "a"), to(recipientId="12")]

    first, second = responsys.trigger(token, *strangers).json(), responsys.trigger(token, *strangers).json()

    assert first == second
    assert [result["success"] for result in first] == [True] * 4
    assert len({result["recipientId"] for result in first}) == 4
    assert first[3]["recipientId"] == 12


@pytest.mark.parametrize("stranger", [{"emailSHA256Hash": "abc"}, {"recipientId": "x"}, {"customerId": ""}])
def test_not_even_there_is_nonsense_a_recipient(responsys, token, stranger):
    responsys.order("members", {"any_recipient": True})

    assert responsys.trigger(token, to(**stranger)).json() == [UNKNOWN]


def test_optional_parts_may_be_null(responsys, token):
    row = to("demo-1", emailFormat=None) | {"optionalData": [{"name": "TIER", "value": None}]}
    bare = {"recipient": {"customerId": "demo-2", "listName": LIST_NAME}, "optionalData": None}

    answer = responsys.trigger(token, json={"customEvent": None, "recipientData": [row, bare]})

    assert [result["success"] for result in answer.json()] == [True, True]
    assert responsys.violations() == []
