"""``POST /v1/profiles/show``, and the profile on the page of a trace."""

import re

import pytest
import requests

from pipeline.operate.activity import read_activity
from pipeline.operate.paging import Page
from tests.cli.test_event_commands import ADA, ROWS
from tests.event_files.folder import export, land


@pytest.fixture(scope="module")
def landed(web, tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "12_CLICK_20260105_000000.txt"
    path.write_text(ROWS)
    land(web.stores.events, [path])
    export(web.stores.events)
    return web


def show(web, person, scope="operate"):
    return web.call("POST", "/v1/profiles/show", scope, json={"person": person})


@pytest.mark.parametrize("person", ["12:1", "ADA@example.com"])
def test_a_person_is_shown_by_a_name_in_the_body(landed, person):
    answer = show(landed, person)

    assert answer.status_code == 200
    ((name, fields),) = [(one["person"], one["fields"]) for one in answer.json()["profiles"]]
    assert re.fullmatch(r"person:\d+", name)
    assert fields == ADA


def test_a_stranger_has_no_fields(landed):
    assert show(landed, "bo@example.com").json() == {"profiles": []}


def test_readers_may_look_nobody_up(landed):
    assert show(landed, "12:1", "read").status_code == 403


@pytest.mark.parametrize("body", [{}, {"person": ""}, {"person": 1}, {"person": "x", "odd": 1}])
def test_bodies_that_are_refused(landed, body):
    answer = landed.call("POST", "/v1/profiles/show", "operate", json=body)

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")


def test_looking_somebody_up_is_an_activity_without_the_name(landed):
    show(landed, "ada@example.com")

    newest = read_activity(landed.stores.engine, Page(), action="profile.shown")["activity"][0]
    newest.pop("request_id")  # of random digits, which may be "ada"
    assert newest["actor"] == "key:operate"
    assert "ada" not in str(newest)


def test_the_page_of_a_trace_shows_the_events_of_a_person(landed):
    session = requests.Session()
    token = re.compile(r'name="csrf_token" value="([^"]+)"')

    def form(**fields):
        found = token.search(
            session.get(f"{landed.url}/login" if "key" in fields else f"{landed.url}/trace").text
        )
        return {"csrf_token": found[1], **fields}

    session.post(f"{landed.url}/login", form(key=landed.key("operate")))
    page = session.post(f"{landed.url}/trace", form(profile_id="ada@example.com")).text

    assert "Events of person" in page
    assert "<code>email_click_ct</code>" in page
    assert "Nothing is known" not in page
