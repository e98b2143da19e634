"""Reading over HTTP."""

import json

import pytest

from pipeline.operate.activity import Actor, note_alone


@pytest.fixture(scope="module")
def web(start):
    return start("--workers", "1")


def test_the_status_is_that_of_the_command(web, monkeypatch):
    from pipeline.cli import main
    from tests.fixtures.commands import CommandRunner

    environ = {
        "ACTIVATION_DATA_DIR": str(web.stores.settings.data_dir),
        "ACTIVATION_BROKER_URL": web.stores.broker_url,
    }
    printed = json.loads(CommandRunner(env=environ).invoke(main, ["status", "--json"]).stdout)

    answered = web.get("/v1/status", scope="read").json()

    assert {**answered, "at": "", "redis": {}} == {**printed, "at": "", "redis": {}}


def test_reading_needs_the_scope(web):
    answer = web.get("/v1/status", scope="produce")

    assert (answer.status_code, answer.json()["needs"]) == (403, "read")


def test_a_parameter_that_is_unknown_is_refused(web):
    assert web.get("/v1/status?wide=1").json()["errors"] == {"query": {"wide": ["Unknown field."]}}


def test_activity_is_paged_newest_first_without_a_gap(web):
    for number in range(7):
        note_alone(web.stores.engine, Actor("key:test"), "thing.done", f"thing:{number}", "a detail")

    seen, path = [], "/v1/activity?actor=key:test&limit=3"
    while path:
        answer = web.get(path, scope="read")
        seen += [one["object"] for one in answer.json()["activity"]]
        note_alone(web.stores.engine, Actor("key:test"), "thing.done", "thing:late")
        path = answer.links["next"]["url"] if "next" in answer.links else None

    assert seen == [f"thing:{number}" for number in reversed(range(7))]


def test_a_cursor_of_other_filters_is_refused(web):
    cursor = web.get("/v1/activity?limit=1").json()["next"]

    for path in (f"/v1/activity?limit=1&actor=x&cursor={cursor}", "/v1/activity?cursor=nonsense"):
        answer = web.get(path)
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
        assert "cursor" in answer.json()["errors"]["query"]


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "since=soon"])
def test_a_page_out_of_bounds_is_refused(web, query):
    assert web.get(f"/v1/activity?{query}").status_code == 422
