"""Records in the console: new, changed by two people, deleted."""

import re

import pytest
from playwright.sync_api import expect

PRESS = re.compile(r'name="press" value="([^"]+)"')
ETAG = re.compile(r'name="etag" value="([^"]+)"')


@pytest.fixture
def leave_as_it_was(installation):
    yield
    records = installation.stores.records
    for name in records.names("destinations") - {"lapsed-event"}:
        records.remove("destinations", name)
    for name in records.names("connectors") - {"demo"}:
        records.remove("connectors", name)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_connector_is_made_after_its_problems_are_mended(
    open_page, installation, leave_as_it_was, javascript
):
    page = open_page("/connectors", javascript=javascript)
    page.get_by_role("link", name="New connector").click()
    page.get_by_role("textbox", name="Key").fill("northwind")
    page.get_by_role("textbox", name="Username").fill('north"><script>alert(1)</script>')
    page.get_by_label("Password").fill("s3cret-pass")
    page.get_by_role("textbox", name="Auth endpoint").fill(installation.responsys.url)
    page.get_by_role("textbox", name="Limits").fill("triggerCustomEvnt = 200")
    page.get_by_role("button", name="Save").click()

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Profile list: is missing")
    expect(alert).to_contain_text('triggerCustomEvnt: "triggerCustomEvnt" is not a function; did you mean')
    limits = page.get_by_role("textbox", name="Limits")
    expect(limits).to_have_attribute("aria-invalid", "true")
    expect(limits).to_have_accessible_description(re.compile("did you mean"))
    expect(limits).to_have_value("triggerCustomEvnt = 200")
    expect(page.get_by_label("Password")).to_have_value("")
    expect(page.get_by_role("textbox", name="Username")).to_have_value('north"><script>alert(1)</script>')
    alert.get_by_role("link", name="Profile list").click()
    if javascript:
        expect(page.get_by_role("textbox", name="Profile list")).to_be_focused()

    page.get_by_role("textbox", name="Profile list").fill("CONTACTS_LIST")
    page.get_by_role("textbox", name="Limits").fill("triggerCustomEvent = 200")
    page.get_by_label("Password").fill("s3cret-pass")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("northwind")
    expect(page.get_by_role("main")).to_contain_text("Password: stored")
    expect(page.get_by_role("main")).to_contain_text("triggerCustomEvent = 200")
    assert "s3cret" not in page.content()


def test_a_destination_is_made_in_two_steps(open_page, leave_as_it_was):
    page = open_page("/destinations/new")
    page.get_by_role("textbox", name="Key").fill("Not A Key")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("textbox", name="Key")).to_have_attribute("aria-invalid", "true")
    page.get_by_role("textbox", name="Key").fill("winback")
    page.get_by_role("combobox", name="Action").select_option("custom_event")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("textbox", name="Audience").fill("lapsed-buyers")
    page.get_by_role("combobox", name="Connector").select_option("demo")
    page.get_by_role("textbox", name="Event").fill("WINBACK")
    page.get_by_role("button", name="Save").click()

    expect(page).to_have_url(re.compile("/destinations/winback$"))
    expect(page.get_by_role("status")).to_contain_text('Destination "winback" is created.')
    expect(page.get_by_role("main")).to_contain_text("Event: WINBACK")


def test_a_key_that_is_taken_is_refused(installation):
    before = installation.stores.records.export()
    form = {"key": "demo", "kind": "responsys", "username": "x"}

    answer = installation.post(installation.session("admin"), "/connectors/new", form, of="/connectors/new")

    assert "there is a connector &#34;demo&#34; already" in answer.text
    assert installation.stores.records.export() == before


def test_who_saves_second_is_reported_and_nothing_is_stored(open_page, installation):
    first, second = open_page("/destinations/lapsed-event/edit"), open_page("/destinations/lapsed-event/edit")
    first.get_by_role("textbox", name="Label").fill("Of the first")
    first.get_by_role("button", name="Save").click()
    expect(first.get_by_role("status")).to_contain_text("is updated")

    second.get_by_role("textbox", name="Label").fill("Of the second")
    second.get_by_role("button", name="Save").click()

    expect(second.get_by_role("alert")).to_contain_text("changed meanwhile")
    expect(second.get_by_role("textbox", name="Label")).to_have_value("Of the second")
    records = installation.stores.records
    assert records.export()["destinations"]["lapsed-event"]["label"] == "Of the first"
    second.get_by_role("link", name="Open the page anew").click()
    second.get_by_role("textbox", name="Label").fill("")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_role("status")).to_contain_text("is updated")
    assert "label" not in records.export()["destinations"]["lapsed-event"]


def test_a_password_is_kept_but_not_sent_to_another_place(open_page, installation):
    page = open_page("/connectors/demo/edit")
    password = page.get_by_label("Password (leave empty to keep it)")
    expect(password).to_have_value("")
    page.get_by_role("textbox", name="Description").fill("Kept")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text('Connector "demo" is updated.')
    assert installation.stores.records.load().connectors["demo"].password == "secret"

    page.goto("/connectors/demo/edit")
    page.get_by_role("textbox", name="Auth endpoint").fill("https://evil.example")
    page.get_by_role("textbox", name="Description").fill("")
    page.get_by_role("button", name="Save").click()

    expect(password).to_have_accessible_description(re.compile("must be given again"))
    page.get_by_role("link", name="Cancel").click()
    expect(page).to_have_url(re.compile("/connectors/demo$"))


def test_two_presses_save_once(installation):
    session = installation.session("admin")
    text = session.get(f"{installation.url}/destinations/lapsed-event/edit").text
    form = {
        "press": PRESS.search(text)[1],
        "etag": ETAG.search(text)[1],
        "audience": "lapsed-buyers",
        "connector": "demo",
        "event": "LAPSED",
        "max_age": "10",
        "existing_members": "yes",
    }
    of = path = "/destinations/lapsed-event/edit"

    answers = [installation.post(session, path, form, of=of) for _ in range(4)]

    assert {(each.status_code, each.headers["Location"]) for each in answers} == {
        (303, "/destinations/lapsed-event")
    }


def test_deleting_asks_for_the_name(open_page, installation, leave_as_it_was):
    records = installation.stores.records
    document = records.export()["destinations"]["lapsed-event"]
    records.apply({"destinations": {"short-lived": {**document, "max_rows": 200}}})
    page = open_page("/destinations/short-lived")
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete short-lived")
    page.get_by_role("textbox", name="Type short-lived to delete it").fill("short")
    page.get_by_role("button", name="Delete short-lived").click()
    expect(page.get_by_role("alert")).to_contain_text("Type short-lived exactly")
    page.get_by_role("textbox", name="Type short-lived to delete it").fill("short-lived")
    page.get_by_role("button", name="Delete short-lived").click()

    expect(page.get_by_role("status")).to_contain_text('Destination "short-lived" is deleted.')
    assert "short-lived" not in records.names("destinations")


def test_a_connector_that_is_used_stays(open_page, installation):
    page = open_page("/connectors/demo/delete")
    expect(page.get_by_role("main").get_by_role("link", name="lapsed-event")).to_be_visible()
    page.get_by_role("textbox", name="Type demo to delete it").fill("demo")
    page.get_by_role("button", name="Delete demo").click()

    expect(page.get_by_role("alert")).to_contain_text("lapsed-event")
    assert "demo" in installation.stores.records.names("connectors")


@pytest.mark.parametrize("path", ["/connectors/new", "/connectors/demo/edit", "/sources/buyers/delete"])
def test_who_operates_may_not_edit(installation, path):
    assert installation.get(path, "operate").status_code == 403
