"""Promises that hold for every page: accessible, light and dark, on a phone, without a script."""

import re

import pytest
from playwright.sync_api import expect

from tests.web.console.checks import faults
from tests.web.console.org import org_of_people

PAGES = """
/
/connectors
/connectors/demo
/connectors/demo/pause
/connectors/demo/edit
/connectors/demo/delete
/destinations
/destinations/lapsed-event?days=30
/sources
/sources/buyers
/dead-letters
/trace
/batches
/statistics
/alerts
/activity
/destinations/new
/destinations/new?key=new&action=audience_export
/imports/events
/sources/leads
/rules
/rules/nurture
/rules/nurture/edit
/mappings
/mappings/person
/people
/conflicts
/conflicts/1
/wishes
""".split()
MAIN = [
    "Overview", "Connectors", "Destinations", "Sources", "Dead letters", "Trace", "Batches", "Statistics",
    "Alerts", "Activity", "Flower", "API",
]  # fmt: skip
PEOPLE = re.compile(r"profile-\d{4}|(?:demo|stranger)-\d+@")


@pytest.fixture(scope="module", autouse=True)
def _org(installation):
    """An org with people in it, and an import, as long as these tests last."""
    with org_of_people(installation.stores):
        yield


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_in_light_and_dark_and_on_a_phone(open_page, path):
    page = open_page(path)

    assert faults(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_its_landmarks_without_a_script(open_page, path):
    page = open_page(path, javascript=False)

    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_text(page.title().removesuffix(" · activation"))
    expect(page).to_have_title(re.compile(" · activation$"))
    expect(page.get_by_role("navigation", name="Main").get_by_role("link")).to_have_text(MAIN)
    expect(page.get_by_role("link", name="Skip to content")).to_have_count(1)
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


@pytest.mark.parametrize("path", ["/login", "/nowhere"])
def test_a_page_without_a_session_is_accessible(open_page, path):
    assert faults(open_page(path, None)) == []


def test_pages_of_a_reader_name_nobody_and_no_secret(installation):
    answers = {path: installation.get(path, "read", headers={"Accept": "text/html"}) for path in PAGES}

    shown = {path: answer.text for path, answer in answers.items() if answer.status_code == 200}
    assert {"/", "/dead-letters", "/batches", "/activity", "/connectors/demo"} <= shown.keys()
    for path, text in shown.items():
        assert not PEOPLE.search(text), path
        assert not any(key in text for key in installation.keys.values()), path
    assert {answer.status_code for answer in answers.values()} <= {200, 403}
