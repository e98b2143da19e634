"""Incidents of the night, each as the clicks of the person on call."""

from playwright.sync_api import expect

from tests.web.console.letters import add_letters

ALERT_LINK = "/dead-letters?destination=lapsed-event&code=INCIDENT"  # as a message of the rule has it


def test_a_share_of_errors_until_sent_again(installation, open_page):
    """Three clicks from the link of the alert."""
    add_letters(installation, "INCIDENT", 4)
    page = open_page(ALERT_LINK, "operate")
    expect(page.get_by_text("4 open dead letters match.")).to_be_visible()

    page.get_by_role("button", name="Replay all 4 that match").click()
    page.get_by_role("button", name="Replay 4 dead letters").click()
    page.get_by_text("4 sent again.").wait_for()


def test_a_profile_that_got_no_mail(installation, open_page):
    """Two clicks from the Overview, and the cause of its letter is the third."""
    page = open_page("/", "operate")

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Trace").click()
    page.get_by_label("Profile id").fill("profile-1832")
    page.get_by_role("button", name="Trace").click()
    outcomes = page.get_by_role("table", name="Outcomes")
    expect(outcomes).to_contain_text("NO_RECIPIENT_FOUND")

    outcomes.get_by_role("row").nth(1).get_by_role("link").last.click()
    expect(page.get_by_role("main")).to_contain_text("The person is not in the list.")


def test_the_rejected_rows_of_a_batch(open_page):
    """Two clicks from the Overview."""
    page = open_page("/", "operate")

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Batches").click()
    rejected = page.get_by_role("table", name="Batches").get_by_role("row").filter(has_text="lapsed-event")
    rejected.last.get_by_role("link").first.click()
    expect(page.get_by_role("table", name="Rows")).to_contain_text("NO_RECIPIENT_FOUND")
