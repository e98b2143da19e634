"""Incidents of the night, each as the clicks of the person on call, of which there are few."""

import re

import requests
from playwright.sync_api import expect

from pipeline.alerts.facts import Facts
from pipeline.alerts.look import Look
from pipeline.demo import sample
from pipeline.operate.activity import SYSTEM
from pipeline.operate.editing import Editor
from pipeline.operate.flushing import flush_audience
from pipeline.produce.producer import Producer
from tests.processes.environment import until
from tests.web.console.letters import add_letters

SHARE = {"rule": "error_share", "channels": [], "above": 0.001, "at_least": 1, "window": 86_400}
MISSING = {
    "kind": "error", "function": "triggerCustomEvent", "errorCode": "CUSTOM_EVENT_NOT_FOUND", "times": 1,
}  # fmt: skip


class Clicks:
    """Clicks links and buttons of a page, and counts."""

    def __init__(self):
        self.made = 0

    def __call__(self, locator):
        self.made += 1
        locator.click()


def look(installation):
    stores = installation.stores
    facts = Facts(stores.redis, stores.engine, stores.records.load(), 4)
    Look(stores.engine, facts, installation.url).run()


def test_a_share_of_errors_until_sent_again(installation, open_page):
    """Three clicks from the Overview, two from the link of the alert's message, which is the first one's."""
    editor, click = Editor(installation.stores.records, installation.stores.redis, SYSTEM), Clicks()
    amount = len(add_letters(installation, "INCIDENT", 60))
    editor.put("alerts", "rejections", SHARE)
    try:
        look(installation)
        page = open_page("/", "operate")
        alert = page.get_by_role("list", name="Open alerts").get_by_role("listitem")
        expect(alert).to_contain_text('of destination "lapsed-event" were rejected within 1 day, most with')

        click(alert.get_by_role("link", name="Look at lapsed-event"))
        expect(page.get_by_text(f"{amount} open dead letters match.")).to_be_visible()
        click(page.get_by_role("button", name=f"Replay all {amount} that match"))
        click(page.get_by_role("button", name=f"Replay {amount} dead letters"))
        expect(page.get_by_text(f"{amount} sent again.")).to_be_visible()
    finally:
        editor.remove("alerts", "rejections")
        look(installation)

    assert click.made == 3


def test_a_destination_held_for_a_missing_event_until_it_sends(installation, open_page):
    """Why it does not send is on the Overview; one click, when the event is there again."""
    stores, click = installation.stores, Clicks()
    with requests.Session() as control:
        control.trust_env = False
        faults = f"{installation.responsys.url}/_control/faults"
        control.post(faults, json=[MISSING], timeout=10).raise_for_status()
    row = next(row for row in sample.rows() if "email" in row["identifiers"])
    with Producer(stores.broker_url) as producer:
        producer.activate(**{**row, "audience": sample.AUDIENCE, "profile_id": "held-1"})
    flush_audience(stores.redis, stores.records.load(), sample.AUDIENCE)
    until(lambda: ("destination", "lapsed-event") in stores.records.load().holds)

    page = open_page("/", "operate")
    trouble = page.get_by_role("list", name="Troubles").get_by_role("listitem").filter(has_text="held since")
    expect(trouble).to_contain_text("CUSTOM_EVENT_NOT_FOUND")
    expect(trouble).to_contain_text(re.compile("rows? waits?"))
    click(trouble.get_by_role("button", name="Resume destination lapsed-event"))
    expect(page.get_by_role("status")).to_contain_text('Destination "lapsed-event" sends again')

    until(lambda: not installation.status().waiting)
    assert ("destination", "lapsed-event") not in stores.records.load().holds
    assert click.made == 1


def test_a_profile_that_got_no_mail(open_page):
    """Two clicks from the Overview, and the cause of its letter is the third."""
    page, click = open_page("/", "operate"), Clicks()

    click(page.get_by_role("navigation", name="Main").get_by_role("link", name="Trace"))
    page.get_by_label("Profile id").fill("profile-1832")
    click(page.get_by_role("button", name="Trace"))
    outcomes = page.get_by_role("table", name="Outcomes")
    expect(outcomes).to_contain_text("NO_RECIPIENT_FOUND")

    click(outcomes.get_by_role("row").nth(1).get_by_role("link").last)
    expect(page.get_by_role("main")).to_contain_text("The person is not in the list.")
    assert click.made == 3


def test_the_rejected_rows_of_a_batch(open_page):
    """Two clicks from the Overview."""
    page, click = open_page("/", "operate"), Clicks()

    click(page.get_by_role("navigation", name="Main").get_by_role("link", name="Batches"))
    event = page.get_by_role("table", name="Batches").get_by_role("row").filter(has_text="lapsed-event")
    rejected = event.filter(has=page.locator("td:nth-child(5)", has_text=re.compile("[1-9]")))
    click(rejected.first.get_by_role("link").first)
    expect(page.get_by_role("table", name="Rows")).to_contain_text("NO_RECIPIENT_FOUND")
    assert click.made == 2
