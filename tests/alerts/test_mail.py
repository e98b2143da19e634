"""pipeline.alerts.mail, with a real mail server on loopback."""

import email
import socket
import threading
from email import policy

import pytest

from pipeline.alerts import mail
from pipeline.alerts.channels import send
from pipeline.alerts.failure import NotDelivered
from pipeline.model.channel import Channel
from tests.alerts.test_channels import MESSAGE
from tests.fixtures.commands import no_connection_left


def channel(port, tls="none", **options):
    return Channel(
        "mail", "email", to=("ops@example.com", "night@example.com"), sender="activation@example.com",
        host="127.0.0.1", port=port, tls=tls, **options
    )  # fmt: skip


def failure(channel):
    with pytest.raises(NotDelivered) as caught:
        send(channel, MESSAGE)
    assert "s3cret" not in str(caught.value)
    assert "@" not in str(caught.value)
    return str(caught.value)


def test_a_mail_has_the_message_in_plain_words(start_mail):
    server = start_mail()

    send(channel(server.port), MESSAGE)

    [envelope] = server.mailbox.mails
    found = email.message_from_bytes(envelope.content, policy=policy.default)
    assert envelope.rcpt_tos == ["ops@example.com", "night@example.com"]
    assert found["Subject"] == "[critical] rejections: destination lapsed-event"
    assert (found["From"], found["To"]) == ("activation@example.com", "ops@example.com, night@example.com")
    assert found["Message-ID"] == "<msg_1@example.com>"
    assert found.get_content_type() == "text/plain"
    assert found.get_content().replace("\r\n", "\n").split("\n\n") == [
        '12 % of 3,400 rows of destination "lapsed-event" were rejected, most with <A & B>',
        "What to do: see who, mend the cause, replay",
        "See https://activation.example.com/dead-letters?destination=lapsed-event&code=X\n",
    ]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_mail_goes_through_tls_with_a_login(start_mail, monkeypatch, tls):
    server = start_mail(tls, login=True)
    login = {"username": "ops", "password": "s3cret"}

    assert failure(channel(server.port, tls, **login)) == "the certificate of the host is not trusted"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate))
    send(channel(server.port, tls, **login), MESSAGE)

    assert len(server.mailbox.mails) == 1
    wrong = {"username": "ops", "password": "wr0ng-s3cret"}
    assert failure(channel(server.port, tls, **wrong)) == "the mail server refuses the login (SMTP 535)"


def test_a_server_without_starttls_gets_no_mail(start_mail):
    server = start_mail()

    assert failure(channel(server.port, "starttls")) == "the mail server lacks STARTTLS or a way to log in"
    assert server.mailbox.mails == []


def test_a_refused_recipient_is_not_named(start_mail):
    server = start_mail()
    server.mailbox.refusal = "550 ops@example.com is unknown"

    assert failure(channel(server.port)) == "the mail server refuses the recipients"


def test_a_mail_server_has_so_many_seconds_however_slowly_it_talks(monkeypatch):
    monkeypatch.setattr(mail, "MAIL_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=babble, args=(listener,), daemon=True).start()

        assert failure(channel(listener.getsockname()[1])) == "no answer in 0.3 s"


def test_a_connection_that_comes_too_late_is_closed(start_mail, monkeypatch):
    server = start_mail()
    monkeypatch.setattr(mail, "MAIL_SECONDS", 0)

    with no_connection_left():
        assert failure(channel(server.port)) == "no answer in 0 s"


def babble(listener):
    """Greet without an end."""
    client, _ = listener.accept()
    with client:
        try:
            while True:
                client.sendall(b"220-hello\r\n")
        except OSError:
            return


def test_a_mail_server_that_is_away_is_reported_in_words():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    assert failure(channel(port)) == "the connection was refused"
