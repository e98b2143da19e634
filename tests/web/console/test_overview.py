"""The Overview: what is wrong and why, with the button that mends it."""

import re

import pytest
import requests
from playwright.sync_api import expect

from pipeline.operate.activity import SYSTEM
from pipeline.operate.pausing import resume_record

EVIL = '<b>"holiday"</b> & \u202egnorw <script>alert(1)</script>'


def resume(installation):
    stores = installation.stores
    resume_record(stores.records, stores.redis, SYSTEM, "destination", "lapsed-event")


def test_it_shows_connectors_with_their_numbers_and_the_last_hour(open_page, installation):
    letters = sum(installation.status().letters.values())
    page = open_page("/")

    demo = page.get_by_role("region", name="Local Responsys")
    expect(demo).to_contain_text(re.compile(r"Calls in the last minute\s*\d+ of 57 triggerCustomEvent"))
    expect(demo.get_by_role("link", name=f"{letters} open dead letters")).to_have_attribute(
        "href", "/dead-letters?connector=demo"
    )
    chart = page.get_by_role("img", name="Rows per minute, last hour")
    expect(chart).to_have_accessible_name(
        re.compile(r": 1,[\d]{3} sent, 1\d\d removed, \d+ rejected in \d+ batches")
    )
    expect(page.get_by_role("checkbox", name="Live")).to_be_checked()
    page.get_by_text("Show as table").click()
    expect(page.get_by_role("table", name="Rows per minute, last hour").get_by_role("row")).to_have_count(61)


def test_why_a_destination_does_not_send_is_on_the_overview_until_it_sends(open_page, installation):
    """An incident without a click: the destination is held for a missing event, and one press resumes it."""
    stores = installation.stores
    stores.records.hold("destination", "lapsed-event", "held", "EVENT_NOT_FOUND", "no event LAPSED")
    page = open_page("/", "operate")

    trouble = (
        page.get_by_role("list", name="Troubles").get_by_role("listitem").filter(has_text="EVENT_NOT_FOUND")
    )
    expect(trouble).to_contain_text('Destination "lapsed-event" is held since')
    expect(trouble).to_contain_text("no event LAPSED")
    expect(trouble).to_contain_text("activation resume lapsed-event")
    expect(page.get_by_role("region", name="Local Responsys")).to_contain_text("held")

    trouble.get_by_role("button", name="Resume destination lapsed-event").click()

    expect(page.get_by_role("status")).to_contain_text('Destination "lapsed-event" sends again')
    expect(page.get_by_role("button", name="Resume destination lapsed-event")).to_have_count(0)


def test_a_pause_asks_for_a_reason_and_shows_it_as_text(open_page, installation):
    page = open_page("/", "operate", javascript=False)

    page.get_by_role("button", name="Pause destination lapsed-event").click()
    page.get_by_role("textbox", name="Reason").fill(EVIL)
    page.get_by_role("button", name="Pause", exact=True).click()

    try:
        expect(page).to_have_url(f"{installation.url}/")
        expect(page.get_by_role("list", name="Troubles")).to_contain_text(EVIL)
        expect(page.locator("main b")).to_have_count(0)
        expect(page.get_by_role("list", name="Troubles").locator("bdi")).to_have_text(["\u202e"])
    finally:
        resume(installation)


def test_who_may_only_read_is_shown_no_button(open_page, installation):
    page = open_page("/", "read")

    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
    refused = installation.post(
        installation.session("read"), "/destinations/lapsed-event/pause", {}, of="/connectors"
    )
    assert refused.status_code == 403
    assert "operate" in refused.text


def test_numbers_stay_fresh_and_the_focus_stays(open_page, installation):
    page = open_page("/", "operate")
    expect(page.get_by_role("status")).to_contain_text("Updated")
    page.get_by_role("link", name="Local Responsys").focus()
    installation.stores.records.hold("destination", "lapsed-event", "paused", "", "a look at Live")
    try:
        expect(page.get_by_role("list", name="Troubles")).to_contain_text("a look at Live")
        expect(page.get_by_role("link", name="Local Responsys")).to_be_focused()
    finally:
        resume(installation)


@pytest.mark.parametrize("busy", ["open", "selected", "focused", "off"])
def test_nobody_is_disturbed(open_page, busy):
    page = open_page("/", "operate")
    page.clock.install()
    page.reload()
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    with page.expect_response(lambda answer: "x-live" in answer.request.headers):
        page.clock.run_for(5_100)
    page.clock.run_for(100)
    if busy == "open":
        page.get_by_text("Show as table").click()
    elif busy == "selected":
        page.get_by_text("Rows per minute, last hour").first.select_text()
    elif busy == "focused":
        page.get_by_role("button", name="Pause connector demo").focus()
    else:
        page.get_by_role("checkbox", name="Live").uncheck()
    asked.clear()
    page.clock.run_for(20_000)

    assert asked == []


def test_without_an_answer_it_says_since_when_the_numbers_are_old(open_page):
    page = open_page("/", "read")
    page.route("**/*", lambda route: route.fulfill(status=503, body="away"))

    old = re.compile(r"No answer since \d\d:\d\d:\d\d; these numbers are old\.")
    expect(page.get_by_role("status")).to_have_text(old)


def test_it_has_at_most_150_kilobytes_with_all_it_loads(installation):
    """As sent, compressed."""
    session = installation.session("admin")
    sizes = 0
    page = session.get(f"{installation.url}/", stream=True)
    sizes += len(page.raw.read())
    assert page.headers["Content-Encoding"] == "gzip"
    text = session.get(f"{installation.url}/").text
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', text):
        answer = requests.get(f"{installation.url}{path}", stream=True)
        sizes += len(answer.raw.read())
        assert "immutable" in answer.headers["Cache-Control"]
    assert sizes < 150_000


def test_an_empty_installation_says_how_to_begin(start):
    web = start("--workers", "1")
    session = requests.Session()
    token = re.search(r'name="csrf_token" value="([^"]+)"', session.get(f"{web.url}/login").text)
    session.post(f"{web.url}/login", {"csrf_token": token and token[1], "key": web.key("admin")})

    page = session.get(f"{web.url}/").text

    assert "Nothing is set up yet." in page
    assert '<a class="button main" href="/connectors/new">New connector</a>' in page
    assert "activation apply" in page
    assert "no destination is configured" not in page.lower()
    for path in ("connectors", "destinations", "sources"):
        assert f"No {path} yet." in session.get(f"{web.url}/{path}").text
