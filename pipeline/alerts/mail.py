"""E-mail, handed to a mail server: TLS from the first byte, by STARTTLS, or on this machine without."""

import os
import smtplib
import socket
import ssl
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from pipeline.alerts.failure import NotDelivered, in_words
from pipeline.alerts.messages import Message
from pipeline.alerts.wording import headline, paragraphs, read_body
from pipeline.model.channel import Channel
from pipeline.wire.deadlines import WATCH, within

STEP_SECONDS = 5.0  # for the answer to one command
MAIL_SECONDS = 20.0  # for all of them
REFUSALS: dict[type[smtplib.SMTPException], str] = {
    smtplib.SMTPAuthenticationError: "the mail server refuses the login",
    smtplib.SMTPRecipientsRefused: "the mail server refuses the recipients",
    smtplib.SMTPSenderRefused: "the mail server refuses the sender",
    smtplib.SMTPNotSupportedError: "the mail server lacks STARTTLS or a way to log in",
    smtplib.SMTPServerDisconnected: "the connection broke off",
}


class MailConnection(smtplib.SMTP):
    """A connection that the deadline of its thread ends; with a context it is TLS from the first byte."""

    used = 0.0  # see deadlines.py; it is used once

    def __init__(self, channel: Channel, context: ssl.SSLContext | None) -> None:
        self._context = context
        self._descriptor = -1
        super().__init__(channel.host, channel.port, socket.gethostname(), timeout=STEP_SECONDS)

    def cut(self) -> None:
        """Shut down the connection under the thread that uses it; the copy reaches below TLS."""
        with suppress(OSError), socket.socket(fileno=os.dup(self._descriptor)) as copy:
            copy.shutdown(socket.SHUT_RDWR)

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        connection: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._descriptor = connection.fileno()
        try:
            WATCH.begin(self)
        except OSError:
            connection.close()
            raise
        return self._context.wrap_socket(connection, server_hostname=host) if self._context else connection


def send_mail(channel: Channel, message: Message) -> None:
    """Hand a mail to the server; raises NotDelivered without its words, which may name people."""
    try:
        with within(MAIL_SECONDS), WATCH.request():
            hand_over(channel, mail_of(channel, message))
    except smtplib.SMTPException as error:
        raise NotDelivered(refusal(error)) from None
    except (OSError, ValueError) as error:
        raise NotDelivered(in_words(error, MAIL_SECONDS)) from None


def hand_over(channel: Channel, mail: EmailMessage) -> None:
    """Connect, log in where there is a user name, and send."""
    context = ssl.create_default_context(cafile=trusted_authorities())
    with MailConnection(channel, context if channel.tls == "tls" else None) as server:
        if channel.tls == "starttls":
            server.starttls(context=context)
        if channel.username:
            server.login(channel.username, channel.password)
        if refused := server.send_message(mail):
            raise smtplib.SMTPRecipientsRefused(refused)


def trusted_authorities() -> str:
    """Return the file of certificates that are trusted: that of REQUESTS_CA_BUNDLE, or requests' own."""
    with requests.Session() as session:
        verify = session.merge_environment_settings("https://", {}, None, None, None)["verify"]
    return verify if isinstance(verify, str) else DEFAULT_CA_BUNDLE_PATH


def refusal(error: smtplib.SMTPException) -> str:
    """Return the mail server's refusal in words, with its SMTP code if it gave one."""
    known = (words for kind, words in REFUSALS.items() if isinstance(error, kind))
    words = next(known, "the mail server refuses")
    code = getattr(error, "smtp_code", None)
    return f"{words} (SMTP {code})" if isinstance(code, int) and code > 0 else words


def mail_of(channel: Channel, message: Message) -> EmailMessage:
    """Write a mail in plain text; it has the message's id, so a repeat is known as one."""
    body = read_body(message.body)
    mail = EmailMessage()
    mail["Subject"] = headline(body)
    mail["From"] = channel.sender
    mail["To"] = ", ".join(channel.to)
    mail["Date"] = format_datetime(datetime.fromisoformat(body["at"]))
    mail["Message-ID"] = f"<{message.id}@{channel.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n\n".join(paragraphs(body)) + "\n")
    return mail
