"""The page of alerts: what is open, the rules, and channels that can be tried."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from pipeline.operate.activity import SYSTEM
from pipeline.operate.editing import Editor
from tests.web.console.checks import faults


@pytest.fixture
def webhook():
    """An HTTP server that takes messages, or refuses them when ``status`` says so."""
    received = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(server.status)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.status, server.received = 204, received
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def records(installation, webhook):
    """A channel and a rule on dead letters, which is never looked at while it is switched off."""
    editor = Editor(installation.stores.records, installation.stores.redis, SYSTEM)
    url = f"http://127.0.0.1:{webhook.server_port}/hook"
    editor.put("channels", "night", {"kind": "webhook", "url": url})
    rule = {"rule": "dead_letters", "channels": ["night"], "above": 1_000_000}
    editor.put("alerts", "letters", rule)
    editor.put("alerts", "shares", {"rule": "error_share", "channels": [], "above": 0.05, "enabled": False})
    yield
    editor.remove("alerts", "shares")
    editor.remove("alerts", "letters")
    editor.remove("channels", "night")


def test_rules_and_channels_are_listed(records, open_page):
    page = open_page("/alerts")

    expect(page.get_by_text("No alert is open.")).to_be_visible()
    rules = page.get_by_role("table", name="Rules")
    expect(rules).to_contain_text("letters")
    expect(rules).to_contain_text("dead_letters above 1,000,000")
    expect(rules).to_contain_text("error_share above 0.05")
    expect(page.get_by_role("table", name="Channels")).to_contain_text("night")
    expect(page.get_by_role("link", name="New rule")).to_have_attribute("href", "/alerts/new")
    expect(page.get_by_role("link", name="New channel")).to_have_attribute("href", "/channels/new")
    assert faults(page) == []


def test_a_channel_is_tried_by_a_button(records, webhook, open_page):
    page = open_page("/alerts", "operate", javascript=False)
    page.get_by_role("button", name="Send a test to night").click()

    expect(page.get_by_role("status")).to_contain_text('Test message to "night"')
    assert b"alert.test" in webhook.received[0]

    webhook.status = 500
    page.get_by_role("button", name="Send a test to night").click()
    expect(page.get_by_role("alert")).to_contain_text("500")


def test_readers_may_try_no_channel(records, installation):
    assert "Send a test" not in installation.get("/alerts", "read").text
    answer = installation.post(installation.session("read"), "/channels/night/test", {}, of="/alerts")
    assert answer.status_code == 403


def test_without_rules_and_channels_the_page_says_so(open_page):
    page = open_page("/alerts")

    expect(page.get_by_text("No rules. Nobody is told when something goes wrong.")).to_be_visible()
    expect(page.get_by_text("No channels.")).to_be_visible()
