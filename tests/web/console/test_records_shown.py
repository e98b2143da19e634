"""Pages of connectors, destinations and sources, and what can be pressed on them."""

import re

import pytest
from playwright.sync_api import expect

from pipeline.demo import sample
from pipeline.operate.activity import SYSTEM
from pipeline.operate.pausing import pause_record, resume_record
from pipeline.produce.producer import Producer
from pipeline.stores import allowances
from tests.processes.environment import until
from tests.web.console.letters import add_letters, drop_letters

FIELDS = re.compile(r'action="([^"]+/(?:run|flush))".*?name="press" value="([^"]+)"', re.DOTALL)


def test_lists_tell_state_and_numbers(open_page):
    page = open_page("/connectors")
    for name, link in (
        ("Connectors", "Local Responsys"),
        ("Destinations", "lapsed-event"),
        ("Sources", "buyers"),
    ):
        page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        row = page.get_by_role("table", name=name).get_by_role("row").filter(has_text=link)
        expect(row).to_contain_text(re.compile(r"1,\d{3}"))
        expect(page.get_by_role("link", name=f"New {name[:-1].lower()}")).to_be_visible()
        row.get_by_role("link", name=link).click()
        expect(page.get_by_role("navigation", name="Main").locator("[aria-current=page]")).to_have_text(name)


def test_a_connector_is_tested_from_its_page(open_page):
    page = open_page("/connectors/demo", "operate")
    expect(page.get_by_role("table", name="Limits")).to_contain_text("triggerCustomEvent")
    page.get_by_role("link", name="30 days").click()
    expect(page.get_by_role("table", name="Statistics, last 30 days")).to_contain_text(re.compile(r"1,9\d\d"))
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)

    page.get_by_role("button", name="Test connection").click()

    expect(page.get_by_role("status")).to_contain_text("All is as it should be.")
    expect(page.get_by_role("table", name="Findings")).to_contain_text('list "CONTACTS_LIST"')
    page.reload()  # asks to send the form again, or shows the page
    expect(page.get_by_role("heading", level=1)).to_have_text("Local Responsys")


def test_a_connector_to_an_org_tells_the_use_of_its_calls(open_page, installation):
    records = installation.stores.records
    crm = {"kind": "salesforce", "host": "https://used.my.salesforce.com", "client_id": "3M"}
    # Not enabled: otherwise a worker asks for its limits, which is a call of ours.
    records.apply({"connectors": {"crm": {**crm, "client_secret": "s", "enabled": False}}})
    try:
        account = records.load().connectors["crm"].account
        allowances.note(installation.stores.redis, account, {"calls": "1234/96000"}, 300)
        page = open_page("/connectors/crm")

        expect(page.get_by_role("main")).to_contain_text("1,234 of 96,000")
        expect(page.get_by_role("main")).to_contain_text("0 of 1,000")
    finally:
        records.remove("connectors", "crm")


def test_a_destination_that_fails_its_test_says_why(open_page, installation):
    records = installation.stores.records
    document = records.export()["destinations"]["lapsed-event"]
    records.apply({"destinations": {"odd": {**document, "event": "NO<b>SUCH", "audience": "nobodies"}}})
    try:
        page = open_page("/destinations/odd", "operate")
        page.get_by_role("button", name="Test", exact=True).click()

        expect(page.get_by_role("alert")).to_contain_text("1 finding is not as it should be")
        expect(page.get_by_role("table", name="Findings")).to_contain_text("NO<b>SUCH")
    finally:
        records.remove("destinations", "odd")


def test_pages_show_labels_and_journeys(open_page, installation):
    records = installation.stores.records
    document = {**records.export()["destinations"]["lapsed-event"], "label": "Newcomers <b>"}
    journey = {"audience": "newcomers", "journey": "newcomers"}
    records.apply({"destinations": {"welcome": {**document, **journey}}})
    letters = add_letters(installation, "LABELLED", 1, destination="welcome", audience="newcomers")
    try:
        page = open_page("/destinations")
        row = page.get_by_role("table", name="Destinations").get_by_role("row").filter(has_text="Newcomers")
        expect(row).to_contain_text("newcomers (journey)")
        expect(page.get_by_role("main")).to_contain_text("1 journey")
        page.goto(f"{installation.url}/dead-letters?code=LABELLED")
        for name in ("By code", "Dead letters"):
            expect(page.get_by_role("table", name=name, exact=True)).to_contain_text("Newcomers <b> welcome")
        page.goto(f"{installation.url}/dead-letters/{letters[0]}")
        expect(page.get_by_role("main")).to_contain_text(re.compile(r"Destination\s*Newcomers <b> welcome"))
        expect(page.get_by_role("main")).to_contain_text(re.compile(r"Connector\s*demo"))
        expect(page.get_by_role("main")).to_contain_text(re.compile(r"Journey\s*newcomers"))
    finally:
        drop_letters(installation, "LABELLED")
        records.remove("destinations", "welcome")


def test_rows_that_wait_are_sent_now(open_page, installation):
    stores = installation.stores
    pause_record(stores.records, stores.redis, SYSTEM, "destination", "lapsed-event", "for a test")
    with Producer(stores.broker_url) as producer:
        producer.activate(
            sample.AUDIENCE, profile_id="p-now", call_type="ADD", identifiers={"email": "demo-1@example.com"}
        )
    until(lambda: installation.status().waiting == 1)
    page = open_page("/destinations/lapsed-event", "operate")
    expect(page.get_by_role("main")).to_contain_text("for a test")
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"1\s+in 1 lane"))

    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_role("status")).to_contain_text("lapsed-event: 1 row due now")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("status")).to_contain_text("sends again")

    until(lambda: installation.status().waiting == 0)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_two_presses_send_once(installation):
    session = installation.session("operate")
    of = "/destinations/lapsed-event"
    action, press = FIELDS.search(session.get(f"{installation.url}{of}").text).groups()

    answers = [installation.post(session, action, {"press": press, "back": of}, of=of) for _ in range(4)]

    assert {answer.headers["Location"] for answer in answers} == {of}
    flushes = installation.stores.engine.connect()
    with flushes as connection:
        count = "SELECT count(*) FROM activity WHERE action = 'audience.flush' AND request_id IN ({})"
        ids = ", ".join(f"'{answer.headers['X-Request-Id']}'" for answer in answers)
        assert connection.exec_driver_sql(count.format(ids)).scalar() == 1


def test_a_source_shows_its_query_and_runs_once_for_two_presses(open_page, installation):
    page = open_page("/sources/buyers", "operate")
    expect(page.get_by_role("main")).to_contain_text("SELECT id, mail FROM people")
    expect(page.get_by_role("main")).to_contain_text("Url: stored")
    expect(page.get_by_role("checkbox", name="Send although it looks wrong")).not_to_be_checked()
    expect(page.get_by_role("button", name="Run now")).to_be_visible()

    session = installation.session("operate")
    text = session.get(f"{installation.url}/sources/buyers").text
    action, press = FIELDS.search(text).groups()
    answers = [installation.post(session, action, {"press": press}, of="/sources/buyers") for _ in range(2)]

    places = {answer.headers["Location"] for answer in answers}
    assert len(places) == 1
    assert places.pop().startswith("/operations/op_")


@pytest.mark.parametrize("path", ["/connectors/nope", "/destinations/nope", "/sources/nope"])
def test_a_record_that_is_not_there_offers_those_that_are(installation, path):
    answer = installation.get(path)

    assert answer.status_code == 404
    assert "&#34;nope&#34; does not exist; there are:" in answer.text


def test_a_hold_is_shown_with_its_reason(open_page, installation):
    stores = installation.stores
    stores.records.hold("connector", "demo", "held", "INVALID_USER", 'wrong "password" <i>')
    try:
        page = open_page("/destinations/lapsed-event", "operate")
        expect(page.get_by_role("main")).to_contain_text("connector held")
        expect(page.get_by_role("main")).to_contain_text('INVALID_USER: wrong "password" <i>')
        page.get_by_role("link", name="demo", exact=True).click()
        page.get_by_role("button", name="Resume").click()
        expect(page.get_by_role("status")).to_contain_text('Connector "demo" sends again')
    finally:
        resume_record(stores.records, stores.redis, SYSTEM, "connector", "demo")
