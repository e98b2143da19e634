"""Imports over HTTP and in the console: how they stand, their files, and their bad lines."""

import re

import pytest
import requests

from pipeline.event_files.import_schedule import duty_of
from pipeline.operate.activity import read_activity
from pipeline.operate.paging import Page
from tests.cli.test_event_commands import ROWS
from tests.event_files.folder import IMPORT, land
from tests.web.test_metrics import FILES

TOO_LARGE = 2**63  # for a number of a database
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture(scope="module")
def web(start, tmp_path_factory):
    web = start()
    file = tmp_path_factory.mktemp("files") / "12_CLICK_20260105_000000.txt"
    file.write_text(ROWS)
    land(web.stores.events, [file])
    connector = {IMPORT.connector: FILES}
    web.stores.records.apply(
        {
            "connectors": connector,
            "imports": {IMPORT.name: {"connector": IMPORT.connector, "label": "Hourly"}},
        }
    )
    return web


@pytest.fixture(scope="module")
def page(web):
    """A session of the console: gives the text of a page, or sends a form of it."""
    sessions = {}

    def page(path, scope="operate", form=None):
        session = sessions.setdefault(scope, requests.Session())
        if not session.cookies:
            token = TOKEN.search(session.get(f"{web.url}/login").text)[1]
            session.post(f"{web.url}/login", {"csrf_token": token, "key": web.key(scope)})
        if form is None:
            return session.get(f"{web.url}{path}")
        token = TOKEN.search(session.get(f"{web.url}/sources").text)[1]
        return session.post(f"{web.url}{path}", {"csrf_token": token, **form})

    return page


def the_file(web):
    (file,) = web.get(f"/v1/imports/{IMPORT.name}/files", "read").json()["files"]
    return file


def test_imports_are_listed_with_their_state(web):
    (one,) = web.get("/v1/imports", "read").json()["imports"]

    assert (one["name"], one["label"], one["files"]) == (IMPORT.name, "Hourly", {"landed": 1})
    assert one["events"] == {"CLICK": 3}
    assert one["state"].startswith("sleeping until ")


def test_the_status_tells_of_imports_as_the_command_does(web):
    assert web.get("/v1/status", "read").json()["imports"][0]["name"] == IMPORT.name


def test_the_overview_offers_no_destination_for_a_connector_to_files(page):
    overview = page("/", scope="admin").text

    assert "Connectors of this kind have no destinations." in overview
    assert 'href="/destinations/new"' not in overview


def test_files_are_listed_by_state(web):
    file = the_file(web)

    assert (file["state"], file["events"], file["quarantined"]) == ("landed", 3, 1)
    failed = web.get(f"/v1/imports/{IMPORT.name}/files?state=failed", "read")
    assert failed.json() == {"files": []}
    assert web.get(f"/v1/imports/{IMPORT.name}/files?state=odd", "read").status_code == 422


def test_bad_lines_name_people_so_they_are_for_operators_and_noted(web):
    path = f"/v1/imports/{IMPORT.name}/files/{the_file(web)['id']}/lines"

    assert web.get(path, "read").status_code == 403
    (line,) = web.get(path, "operate").json()["lines"]
    assert line["line"] == 5
    newest = read_activity(web.stores.engine, Page(), action="import_lines.shown")["activity"][0]
    assert newest["actor"] == "key:operate"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/imports/odd/files",
        f"/v1/imports/{IMPORT.name}/files/99/lines",
        f"/v1/imports/{IMPORT.name}/files/{TOO_LARGE}/lines",
    ],
)
def test_what_is_not_there(web, path):
    assert web.get(path).status_code == 404


def test_a_run_is_asked_for_and_noted(web):
    assert web.call("POST", f"/v1/imports/{IMPORT.name}/run", "read").status_code == 403
    turn = f"turn:{duty_of(web.stores.records.load().imports[IMPORT.name])}"
    web.stores.redis.set(turn, "taken", ex=3600)
    answer = web.call("POST", f"/v1/imports/{IMPORT.name}/run", "operate")

    assert (answer.status_code, answer.json()["name"]) == (202, IMPORT.name)
    assert not web.stores.redis.exists(turn)


def test_an_import_is_paused_and_resumed(web):
    path = f"/v1/imports/{IMPORT.name}"
    paused = web.call("POST", f"{path}/pause", "operate", json={"reason": "key rotation"})
    (one,) = web.get("/v1/imports").json()["imports"]
    assert (paused.json()["changed"], one["state"]) == (True, "paused")

    assert web.call("POST", f"{path}/resume", "operate").json()["changed"] is True
    assert web.get("/v1/imports").json()["imports"][0]["state"] != "paused"


def test_the_sources_page_lists_imports_and_the_import_has_a_page(web, page):
    assert f'href="/imports/{IMPORT.name}"' in page("/sources").text
    shown = page(f"/imports/{IMPORT.name}").text

    assert "12_CLICK_20260105_000000.txt" in shown
    assert "3 CLICK" in shown
    assert "Connector:</dt>" in shown


def test_the_page_of_bad_lines(web, page):
    path = f"/imports/{IMPORT.name}/files/{the_file(web)['id']}"

    assert "x,06-Jan-2026 15:00:00,ada@example.com" in page(path).text
    assert page(path, "read").status_code == 403
    assert page(f"/imports/{IMPORT.name}/files/{TOO_LARGE}").status_code == 404
    assert f'href="{path}"' not in page(f"/imports/{IMPORT.name}", "read").text


def test_an_import_is_run_and_paused_by_buttons(web, page):
    ran = page(f"/imports/{IMPORT.name}/run", form={})
    assert "is run by the next worker" in ran.text

    page(f"/imports/{IMPORT.name}/pause", form={"reason": "nights"})
    assert "nights" in page(f"/imports/{IMPORT.name}").text
    resumed = page(f"/imports/{IMPORT.name}/resume", form={})
    assert "runs again" in resumed.text
