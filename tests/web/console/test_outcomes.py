"""Pages of outcomes: trace, batches, statistics, activity."""

import re

import pytest
import requests
from playwright.sync_api import expect

from pipeline.demo import sample
from pipeline.operate.summary import DestinationNumbers
from pipeline.settle.statistics import Where
from pipeline.web.console.statistics import line_of
from tests.web.console.checks import faults

SENT = next(row["profile_id"] for row in sample.rows() if "email" in row["identifiers"])


def test_a_trace_tells_the_outcomes_of_a_profile(open_page):
    page = open_page("/trace", "operate")
    page.get_by_label("Profile id").fill(SENT)
    page.get_by_role("button", name="Trace").click()

    expect(page.get_by_role("region", name="Waiting")).to_be_visible()
    expect(page.get_by_role("table", name="Outcomes")).to_contain_text("delivered")
    expect(page).to_have_url(re.compile("/trace$"))
    assert SENT not in page.title()
    assert faults(page) == []

    page.get_by_role("table", name="Outcomes").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Batch "))
    expect(page.get_by_role("table", name="Rows")).to_contain_text(SENT)
    assert faults(page) == []


def test_a_trace_of_an_unknown_profile(open_page):
    page = open_page("/trace", javascript=False)
    page.get_by_label("Profile id").fill("nobody")
    page.get_by_role("button", name="Trace").click()

    expect(page.get_by_text("Nothing is known of this profile in the last 30 days.")).to_be_visible()


def test_a_trace_leaves_an_activity_without_the_profile(installation, open_page):
    page = open_page("/trace", "operate")
    page.get_by_label("Profile id").fill(SENT)
    page.get_by_role("button", name="Trace").click()
    expect(page.get_by_role("table", name="Outcomes")).to_be_visible()

    page.goto("/activity?action=profile.traced")
    expect(page.get_by_role("table", name="Activity")).to_contain_text("console:operate")
    assert SENT not in page.content()


def test_a_trace_is_not_for_readers(installation):
    assert installation.get("/trace", "read", headers={"Accept": "text/html"}).status_code == 403


def test_a_trace_says_since_when_outcomes_are_kept_as_an_element(installation):
    answer = installation.post(installation.session("operate"), "/trace", {"profile_id": SENT}, of="/trace")

    assert re.search("Outcomes are kept since <time datetime=", answer.text)


def test_an_empty_trace_says_what_it_is_for(installation):
    text = installation.get("/trace").text

    assert "Where its changes wait, and what became of the others." in text
    assert "Nothing of it was settled" not in text


def test_an_empty_profile_id_is_reported(installation):
    answer = installation.post(installation.session("operate"), "/trace", {"profile_id": ""}, of="/trace")

    assert answer.status_code == 422
    assert "Give a profile id." in answer.text


def test_a_pasted_profile_id_loses_the_white_space_around_it(installation):
    session, pasted = installation.session("operate"), {"profile_id": f" {SENT}\u200b "}

    assert "Outcomes" in installation.post(session, "/trace", pasted, of="/trace").text
    assert installation.post(session, "/trace", {"profile_id": " "}, of="/trace").status_code == 422


def test_batches_are_listed_and_filtered(open_page):
    page = open_page("/batches", javascript=False)
    rows = page.get_by_role("table", name="Batches").get_by_role("row")
    expect(rows.nth(5)).to_be_visible()

    page.get_by_role("combobox", name="Outcome").select_option("rejected")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("Nothing matches this filter.")).to_be_visible()


def test_a_batch_shows_readers_no_profile(installation):
    listed = installation.get("/batches", "read").text
    batch = re.search(r'href="(/batches/\w+)"', listed)[1]

    rows = "Rows</caption>"
    assert rows in installation.get(batch, "operate").text
    assert rows not in installation.get(batch, "read").text


def test_statistics_of_some_days(open_page):
    page = open_page("/statistics")
    line = re.compile(r"lapsed-event\s+demo\s+1,\d{3}\s+1,\d{3}\s")
    expect(page.get_by_role("table", name="Statistics")).to_contain_text(line, use_inner_text=True)
    expect(page.get_by_role("img", name=re.compile("^Rows per day, last 7 days"))).to_be_visible()
    expect(page.get_by_role("table", name="Rejected by code")).to_contain_text("NO_RECIPIENT_FOUND")

    page.get_by_role("link", name="90 days").click()
    expect(page.get_by_role("link", name="90 days")).to_have_attribute("aria-current", "true")


def test_rows_per_call_are_those_of_the_commands_for_batches_of_several_calls():
    numbers = DestinationNumbers(Where("acme", "lapsed-list"), calls=6, batches=3, rows=9)

    assert line_of(numbers)["rows_per_call"] == 3


@pytest.mark.parametrize("path", ["/statistics?days=8", "/batches?outcome=odd", "/activity?since=odd"])
def test_a_query_that_cannot_be_is_refused(installation, path):
    assert installation.get(path, headers={"Accept": "text/html"}).status_code == 422


def test_activity_is_listed(installation, open_page):
    page = open_page("/activity", "read")

    expect(page.get_by_role("table", name="Activity").get_by_role("row").nth(1)).to_be_visible()


def test_pages_without_anything_say_so(start):
    web = start("--workers", "1")
    session = requests.Session()
    token = re.search(r'name="csrf_token" value="([^"]+)"', session.get(f"{web.url}/login").text)[1]
    session.post(f"{web.url}/login", {"csrf_token": token, "key": web.key("operate")})

    for path, text in {
        "/dead-letters": "No dead letters. Every row was delivered or waits.",
        "/batches": "No batches.",
    }.items():
        assert text in session.get(f"{web.url}{path}").text
