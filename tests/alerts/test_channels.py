"""pipeline.alerts.channels: real servers on loopback, well behaved and not."""

import base64
import hmac
import socket
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from pipeline.alerts import hook
from pipeline.alerts.bodies import body_of
from pipeline.alerts.channels import send
from pipeline.alerts.condition import Subject
from pipeline.alerts.failure import NotDelivered
from pipeline.alerts.messages import Message
from pipeline.alerts.state import AlertState
from pipeline.model.channel import Channel
from tests.fixtures.tls import Front, certificate_in

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
STATE = AlertState(
    rule="rejections",
    subject=Subject("destination", "lapsed-event"),
    kind="error_share",
    state="open",
    since=NOON,
    changed_at=NOON,
    severity="critical",
    value=0.12,
    above=0.05,
    text='12 % of 3,400 rows of destination "lapsed-event" were rejected, most with <A & B>',
    way_out="see who, mend the cause, replay",
    path="/dead-letters?destination=lapsed-event&code=X",
)
BODY = body_of("msg_1", "alert.opened", NOON, STATE, "https://activation.example.com")
MESSAGE = Message("msg_1", "ops", "alert.opened", BODY, 1, NOON)


def webhook(url, **options):
    return Channel("ops", "webhook", url=url, **options)


def failure(channel):
    with pytest.raises(NotDelivered) as caught:
        send(channel, MESSAGE)
    assert "t0ken" not in str(caught.value)
    assert "s3cret" not in str(caught.value)
    return str(caught.value)


def test_a_webhook_gets_the_message_as_the_contract_has_it(hooks):
    send(webhook(hooks.url), MESSAGE)

    [posted] = hooks.posted
    assert (posted.path, posted.headers["content-type"]) == ("/hook/t0ken?key=s3cret", "application/json")
    assert posted.headers["webhook-id"] == "msg_1"
    assert "webhook-signature" not in posted.headers
    assert posted.document == {
        "id": "msg_1",
        "type": "alert.opened",
        "at": "2026-11-29T12:00:00Z",
        "alert": {
            "name": "rejections",
            "rule": "error_share",
            "severity": "critical",
            "subject": {"scope": "destination", "name": "lapsed-event"},
            "since": "2026-11-29T12:00:00Z",
            "value": 0.12,
            "above": 0.05,
            "text": STATE.text,
            "way_out": STATE.way_out,
            "url": "https://activation.example.com/dead-letters?destination=lapsed-event&code=X",
        },
    }


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("pässword", "pässword".encode()),
        ("whsec_" + base64.b64encode(b"\x00key\xff").decode(), b"\x00key\xff"),
    ],
)
def test_a_message_is_signed_as_standard_webhooks_has_it(hooks, secret, key):
    send(webhook(hooks.url, secret=secret), MESSAGE)

    [posted] = hooks.posted
    identity, timestamp = posted.headers["webhook-id"], posted.headers["webhook-timestamp"]
    signed = f"{identity}.{timestamp}.".encode() + posted.body
    expected = base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
    assert posted.headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(timestamp) - datetime.now(UTC).timestamp()) < 60


def test_slack_gets_words_that_command_nothing(hooks):
    send(Channel("ops", "slack", url=hooks.url), MESSAGE)

    [posted] = hooks.posted
    assert posted.document == {
        "text": "*[critical] rejections: destination lapsed-event*\n"
        '12 % of 3,400 rows of destination "lapsed-event" were rejected, most with &lt;A &amp; B&gt;\n'
        "What to do: see who, mend the cause, replay\n"
        "See https://activation.example.com/dead-letters?destination=lapsed-event&amp;code=X"
    }


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (500, "HTTP 500"),
        (404, "HTTP 404"),
        (302, "HTTP 302: redirects are not followed"),
        (307, "HTTP 307: redirects are not followed"),
        ("break off", "the connection broke off"),
    ],
)
def test_a_webhook_that_does_not_take_it_is_reported_in_words(hooks, answer, why):
    hooks.answer = answer

    assert failure(webhook(hooks.url)) == why
    assert len(hooks.posted) == 1


def test_a_webhook_has_so_many_seconds_however_slowly_its_answer_comes(hooks, monkeypatch):
    hooks.answer = "drip"

    with pytest.raises(NotDelivered, match=r"^no answer in 0.3 s$"):
        hook.post(hooks.url, b"{}", seconds=0.3)

    assert hook.ANSWER_SECONDS == 5


def test_a_webhook_that_says_nothing_is_given_up(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"

        with pytest.raises(NotDelivered, match=r"^no answer in 0.3 s$"):
            hook.post(url, b"{}", seconds=0.3)


def test_a_host_that_is_away_or_unknown_is_reported_in_words():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    assert failure(webhook(f"http://127.0.0.1:{port}/t0ken")) == "the connection was refused"
    assert failure(webhook("https://nowhere.invalid/t0ken")) == "the host is not known"


def test_a_certificate_is_checked(hooks, tmp_path, monkeypatch):
    certificate = certificate_in(tmp_path)
    front = Front(certificate, hooks.server_address[1])
    url = f"https://127.0.0.1:{front.port}/hook/t0ken"

    assert failure(webhook(url)) == "the certificate of the host is not trusted"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    hook.adapter.cache_clear()  # a process reads the environment once for each host
    send(webhook(url), MESSAGE)
    front.close()

    assert [posted.headers["host"] for posted in hooks.posted] == [f"127.0.0.1:{front.port}"]


def test_a_stored_url_that_is_not_allowed_is_not_called():
    assert failure(webhook("http://example.com/t0ken")) == (
        "its URL must begin with https://; http:// is for this machine only"
    )
