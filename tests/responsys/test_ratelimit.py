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
