"""Promises that hold for every page: accessible, light and dark, on a phone, without a script."""

import re

import pytest

from tests.web.console.checks import faults

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
""".split()
TITLE = re.compile(r"<title>(.+) · activation</title>")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_in_light_and_dark_and_on_a_phone(open_page, path):
    page = open_page(path)

    assert faults(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_its_landmarks_without_a_script(open_page, path):
    page = open_page(path, javascript=False)

    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.title() == f"{page.get_by_role('heading', level=1).inner_text()} · activation"
    assert page.get_by_role("navigation", name="Main").get_by_role("link").all_inner_texts() == [
        "Overview", "Connectors", "Destinations", "Sources", "Dead letters", "Trace", "Batches", "Statistics",
        "Alerts", "Activity", "Flower", "API",
    ]  # fmt: skip
    assert page.get_by_role("link", name="Skip to content").count() == 1
    assert page.get_by_role("button", name="Log out").is_visible()
