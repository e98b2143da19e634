"""Promises that hold for every page: accessible, light and dark, on a phone, without a script."""

import re
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import expect

from pipeline.web.console.install import BLUEPRINTS
from tests.web.console.checks import LOOKS, faults, look_like
from tests.web.console.conftest import PATIENCE, give_session
from tests.web.console.every_page import every_page
from tests.web.console.org import org_of_people
from tests.web.console.watch import Watch

PAGES = """
/
/activity
/alerts
/alerts/new
/alerts/new?key=new&rule=error_share
/alerts/errors/edit
/alerts/errors/delete
/batches
/batches/{batch}
/channels/new
/channels/new?key=new&kind=email
/channels/ops/edit
/channels/ops/delete
/conflicts
/conflicts/1
/connectors
/connectors/demo
/connectors/demo/pause
/connectors/demo/edit
/connectors/demo/delete
/connectors/new
/consents
/consents/email
/consents/email/edit
/consents/email/delete
/consents/new
/dead-letters
/dead-letters/{letter}
/dead-letters/confirm?kind=replay&all=true
/destinations
/destinations/lapsed-event?days=30
/destinations/lapsed-event/pause
/destinations/lapsed-event/edit
/destinations/lapsed-event/delete
/destinations/new
/destinations/new?key=new&action=audience_export
/imports/events
/imports/events/files/1
/imports/events/pause
/imports/events/edit
/imports/events/delete
/imports/new
/mappings
/mappings/person
/mappings/person/edit
/mappings/person/delete
/mappings/new
/operations/{operation}
/pairs
/pairs/person
/pairs/person/edit
/pairs/person/delete
/pairs/new
/people
/rules
/rules/nurture
/rules/nurture/edit
/rules/nurture/delete
/rules/new
/sources
/sources/buyers
/sources/leads
/sources/leads/edit
/sources/leads/delete
/sources/new
/statistics
/trace
/wishes
/wishes/email/resume
""".split()
ONWARD = {  # lead to the record
    ("console-connectors.tested", None),
    ("console-destinations.tested", None),
    ("console-letter.shown", None),
}
MAIN = [
    "Overview", "Connectors", "Destinations", "Sources", "Dead letters", "Trace", "Batches", "Statistics",
    "Alerts", "Activity", "Flower", "API",
]  # fmt: skip
PEOPLE = re.compile(r"profile-\d{4}|(?:demo|stranger)-\d+@")


@pytest.fixture(scope="module")
def ids(installation):
    """An org with people in it, an import, rules of alerts and more, as long as these tests last."""
    with org_of_people(installation.stores), every_page(installation) as ids:
        yield ids


@contextmanager
def one_page(browser, installation, **options):
    """Give one page for all tests of the file: a new one for each path takes longer than the look at it."""
    watch = Watch()
    with browser.new_context(base_url=installation.url, **options) as context:
        context.set_default_timeout(PATIENCE)
        give_session(context, installation, "admin")
        page = context.new_page()
        watch.follow(page, installation.url)
        yield page
    assert watch.complaints == []


@pytest.fixture(scope="module")
def plain_page(chromium, installation):
    """A page without a script."""
    with one_page(chromium, installation, java_script_enabled=False) as page:
        yield page


@pytest.fixture(scope="module")
def scripted_page(chromium, installation):
    """A page with its scripts."""
    with one_page(chromium, installation) as page:
        yield page


def endpoints(map_of_urls, paths):
    return {(endpoint, args.get("section")) for endpoint, args in map(map_of_urls.match, paths)}


def test_every_page_of_the_routing_table_is_looked_at():
    """A page that is missing in the list would be neither seen by axe nor opened without a script."""
    app = Flask(__name__)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and rule.endpoint != "static"]
    pages = {(rule.endpoint, (rule.defaults or {}).get("section")) for rule in rules}

    seen = endpoints(app.url_map.bind("localhost"), [path.partition("?")[0] for path in [*PAGES, "/login"]])

    assert seen == pages - ONWARD


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_in_light_and_dark_and_on_a_phone(scripted_page, ids, path):
    page = scripted_page
    look_like(page, *LOOKS[0])
    page.goto(path.format(**ids))

    expect(page).to_have_url(re.compile(re.escape(path.format(**ids)) + "$"))
    assert faults(page) == []


@pytest.mark.parametrize("path", ["/", "/dead-letters/{letter}", "/operations/{operation}"])
def test_the_frame_of_the_pages_is_accessible(scripted_page, ids, path):
    """Its link that is current is that of the page, that of the page above it, or none."""
    scripted_page.goto(path.format(**ids))

    assert faults(scripted_page, framed=True) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_its_landmarks_without_a_script(plain_page, ids, path):
    page = plain_page
    page.goto(path.format(**ids))

    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_text(page.title().removesuffix(" · activation"))
    expect(page).to_have_title(re.compile(" · activation$"))
    expect(page.get_by_role("navigation", name="Main").get_by_role("link")).to_have_text(MAIN)
    expect(page.locator("[aria-current=page]")).to_have_count(int(not path.startswith("/operations")))
    expect(page.get_by_role("link", name="Skip to content")).to_have_count(1)
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


@pytest.mark.parametrize("path", ["/login", "/nowhere"])
def test_a_page_without_a_session_is_accessible(open_page, path):
    assert faults(open_page(path, None), framed=True) == []


def test_pages_of_a_reader_name_nobody_and_no_secret(installation, ids):
    html = {"Accept": "text/html"}
    answers = {path: installation.get(path.format(**ids), "read", headers=html) for path in PAGES}

    shown = {path: answer.text for path, answer in answers.items() if answer.status_code == 200}
    assert {"/", "/dead-letters", "/batches", "/activity", "/connectors/demo"} <= shown.keys()
    for path, text in shown.items():
        assert not PEOPLE.search(text), path
        assert not any(key in text for key in installation.keys.values()), path
    assert {
        path: answer.status_code for path, answer in answers.items() if answer.status_code not in (200, 403)
    } == {}
