"""pipeline.responsys.ratelimit; entries as described in Oracle's Throttling.html."""

import pytest

from pipeline.responsys.ratelimit import parse_limits, read_limits
from tests.responsys.conftest import END_POINT


def entry(api, limit, path, verb="POST"):
    return {"api": api, "limit": limit, "resource_path": path, "verb": verb, "description": ""}


def test_limits_are_asked_for_without_a_version_in_the_path(responsys, oracle):
    oracle.log_in("EtokenA")
    oracle.get(f"{END_POINT}/rest/api/ratelimit", json=[entry("triggerCustomEvent", 150, "/x")])

    assert read_limits(responsys) == {"triggerCustomEvent": 150}
    assert oracle.sent[1] == ("GET /rest/api/ratelimit", "EtokenA", None)


@pytest.mark.parametrize(
    "path",
    [
        "/rest/api/v1.3/events/{eventName}",
        "/rest/api/v1.3/events/:eventName",
        "rest/api/v1.3/events/*",
        "/api/v1.3/events/{event_name}/",
        "/rest/api/v1.3/events/<name> ",
    ],
)
def test_a_function_is_known_by_its_place_where_its_name_is_another(path):
    assert parse_limits([entry("customEventTrigger", "150", path, "post")]) == {
        "customEventTrigger": 150,
        "triggerCustomEvent": 150,
    }


@pytest.mark.parametrize(
    ("verb", "path", "function"),
    [
        ("POST", "/rest/api/v1.3/lists/{listName}/listExtensions/{petName}/members",
         "mergeProfileExtensionMembers"),
        ("POST", "/rest/api/v1.3/lists/{listName}/listExtensions/{petName}/members?action=delete",
         "deleteProfileExtensionMembers"),
        ("DELETE", "/rest/api/v1.3/folders/{folderName}/suppData/{tableName}/members?qa=x&id=y",
         "deleteSupplementalTableMember"),
        ("POST", "/rest/asyncApi/v1.3/requests", "pollRequests"),
        ("POST", "/rest/api/v1.3/lists/{listName}/members?action=get", "retrieveListMembers"),
        ("POST", "/rest/api/v1.3/lists/{listName}/listExtensions/{petName}/members?action=get",
         "retrieveProfileExtensionMembers"),
    ],
)  # fmt: skip
def test_functions_of_one_path_are_reported_apart(verb, path, function):
    assert parse_limits([entry("theirs", 5, path, verb)]) == {"theirs": 5, function: 5}


def test_of_two_functions_in_one_place_the_lower_limit_counts():
    """Responsys tells the two ways to trigger an e-mail apart by the body."""
    path = "/rest/api/v1.3/campaigns/{campaignName}/email"

    found = parse_limits([entry("theirs", 60, path), entry("another", 200, path)])
    assert found == {"theirs": 60, "another": 200, "mergeTriggerEmail": 60}


def test_a_name_counts_more_than_a_place():
    path = "/rest/api/v1.3/campaigns/{campaignName}/email"

    found = parse_limits([entry("mergeTriggerEmail", 150, path), entry("triggerEmail", 60, path)])
    assert found == {"mergeTriggerEmail": 150, "triggerEmail": 60}


@pytest.mark.parametrize(
    "wrap", [list, lambda entries: {"items": entries}, lambda entries: {"a": {"b": entries}}]
)
def test_the_shape_around_the_entries_does_not_matter(wrap):
    """Oracle's page does not show it."""
    answer = wrap([entry("login", 10, "/rest/api/v1.3/auth/token"), entry("other", 5, "/x", "GET")])

    assert parse_limits(answer) == {"login": 10, "other": 5}


@pytest.mark.parametrize("limit", [None, 0, -1, "many", 1.5, True])
def test_an_entry_without_a_number_is_passed_over(limit):
    assert parse_limits([entry("triggerCustomEvent", limit, "/x")]) == {}


@pytest.mark.parametrize("answer", [None, [], {}, "no", [1, None]])
def test_an_answer_without_entries_has_no_limits(answer):
    assert parse_limits(answer) == {}
