"""Everything by keyboard, in reading order."""

from playwright.sync_api import expect


def test_the_first_tab_skips_to_the_content(open_page):
    page = open_page("/connectors")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.get_by_role("link", name="New connector")).to_be_focused()


def test_keys_go_to_the_filter_and_list_themselves(open_page):
    page = open_page("/dead-letters", "operate")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Connector")).to_be_focused()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    keys.get_by_role("checkbox", name="Keys of one character work").uncheck()
    keys.get_by_role("button", name="Close").click()
    expect(keys).to_be_hidden()

    page.reload()
    page.keyboard.press("?")
    expect(keys).to_be_hidden()


def test_a_second_press_is_not_sent(open_page):
    page = open_page("/connectors/demo/pause", "operate")
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    page.route("**/pause", lambda route: route.fulfill(status=204))
    with page.expect_request("**/pause"):
        page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("button", name="Pause", exact=True).click(force=True)

    expect(page.get_by_role("button", name="Pause", exact=True)).to_have_attribute("aria-disabled", "true")
    assert sent.count("POST") == 1
