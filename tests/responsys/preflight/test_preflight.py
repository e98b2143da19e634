"""pipeline.responsys.preflight; listings as in Oracle's schema and in real output."""

from dataclasses import replace

import pytest

from pipeline.model.finding import Finding
from pipeline.records.kinds import bind
from pipeline.responsys.preflight import Preflight
from tests.responsys.conftest import END_POINT, error

API = f"{END_POINT}/rest/api/v1.3"
FIELDS = [
    {"fieldName": "RIID_", "fieldType": "INTEGER"},
    {"fieldName": "EMAIL_SHA256_HASH_", "fieldType": "STR100"},
]
LISTS = [
    {"name": "CONTACTS_LIST", "folderName": "Main", "fields": FIELDS},
    {"name": "STAFF", "folderName": "Main"},
]
LIMITS = [
    {"api": "triggerCustomEvent", "limit": 150, "resource_path": "/", "verb": "POST", "description": ""}
]
LIST_FOUND = Finding("list", True, 'list "CONTACTS_LIST" is in folder "Main"')
COLUMN_FOUND = Finding("column", True, "column EMAIL_SHA256_HASH_ for hashed_email")
LOGGED_IN = Finding("login", True, f"logged in, calls go to {END_POINT}")
EVENT_FOUND = Finding("event", True, 'destination "lapsed-event", event "LAPSED"')
LIMIT_FOUND = Finding("limits", True, "triggerCustomEvent: 150 calls per minute, as the account says")


@pytest.fixture
def account(oracle):
    """Answers with what an account holds."""

    def holding(lists=LISTS, fields=FIELDS, events=("LAPSED",), limits=LIMITS):
        oracle.log_in()
        oracle.get(f"{API}/lists", json=lists)
        if fields is not None:
            oracle.get(f"{API}/lists/CONTACTS_LIST/fields", json={"name": "CONTACTS_LIST", "fields": fields})
        oracle.get(f"{API}/events", json=[{"eventName": name, "description": ""} for name in events])
        if limits is not None:
            oracle.get(f"{END_POINT}/rest/api/ratelimit", json=limits)

    return holding


@pytest.fixture
def look(connector, destination, responsys):
    def findings(connector=connector, destinations=(destination,)):
        return Preflight(
            connector, [bind(connector.through(each), each) for each in destinations], responsys
        ).findings()

    return findings


def test_everything_in_its_place(account, look):
    account()

    assert look() == [LOGGED_IN, LIST_FOUND, COLUMN_FOUND, EVENT_FOUND, LIMIT_FOUND]


def test_every_problem_is_reported_at_once(account, look, connector, destination):
    account(fields=FIELDS[:1], events=("LAPSE", "WELCOME"), limits=[])
    other = replace(destination, name="other", options={"event": "GONE"})

    assert look(replace(connector, list_folder="Else"), [destination, other]) == [
        LOGGED_IN,
        Finding("list", False, 'list "CONTACTS_LIST" is in folder "Main", not in "Else"'),
        Finding("column", False, "the list has no column EMAIL_SHA256_HASH_ for hashed_email"),
        Finding(
            "event",
            False,
            'destination "lapsed-event", event "LAPSED": the account has no such event; '
            'did you mean "LAPSE"?',
        ),
        Finding("event", False, 'destination "other", event "GONE": the account has no such event'),
        Finding(
            "limits",
            False,
            'the account does not say how many calls of triggerCustomEvent it may make: set it in "limits"',
        ),
    ]


def test_a_list_that_is_missing_is_perhaps_called_otherwise(account, look):
    account(lists=[{"name": "Contact_List", "folderName": "Main"}], fields=None)

    assert look()[1:3] == [
        Finding("list", False, 'the account has no list "CONTACTS_LIST"; did you mean "Contact_List"?'),
        EVENT_FOUND,
    ]


def test_any_folder_will_do_when_none_is_configured(account, look, connector):
    account()

    assert look(replace(connector, list_folder=None))[1] == LIST_FOUND


def test_a_listing_may_be_wrapped_as_in_oracles_schema(account, look):
    account(lists={"items": LISTS})

    assert look()[1] == LIST_FOUND


def test_limits_that_are_configured_need_not_be_told(account, look, connector):
    account(limits=None)

    assert look(replace(connector, limits={"triggerCustomEvent": 120}))[-1] == Finding(
        "limits", True, "triggerCustomEvent: 120 calls per minute, as configured"
    )


def test_without_a_login_there_is_nothing_more_to_see(oracle, look):
    oracle.refuse_login(400, "INVALID_USER_NAME_PASSWORD")

    assert look() == [Finding("login", False, "login: INVALID_USER_NAME_PASSWORD")]


def test_a_look_that_fails_does_not_end_the_others(oracle, look):
    oracle.log_in()
    oracle.get(f"{API}/lists", status=401, json=error("API_DISABLED_FOR_USER", "Not for you"))
    oracle.get(f"{API}/events", status=404, body="<html>")
    oracle.get(f"{END_POINT}/rest/api/ratelimit", json=LIMITS)

    assert look() == [
        LOGGED_IN,
        Finding("list", False, "list: API_DISABLED_FOR_USER: Not for you"),
        Finding(
            "event",
            False,
            'destination "lapsed-event", event: OtherError: HTTP 404 without a Responsys answer',
        ),
        LIMIT_FOUND,
    ]


def test_a_connector_that_nothing_uses_yet_is_checked_all_the_same(oracle, look):
    oracle.log_in()
    oracle.get(f"{API}/lists", json=LISTS)
    oracle.get(f"{API}/lists/CONTACTS_LIST/fields", json={"fields": FIELDS})
    oracle.get(f"{END_POINT}/rest/api/ratelimit", json=LIMITS)

    assert look(destinations=()) == [
        LOGGED_IN,
        LIST_FOUND,
        COLUMN_FOUND,
        Finding("limits", True, "the account says its limits"),
    ]
