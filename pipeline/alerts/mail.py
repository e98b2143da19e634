"""E-mail, handed to a mail server: TLS from the first byte, by STARTTLS, or on this machine without."""

import smtplib
import socket
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from pipeline.alerts.deadline import DeliveryDeadline
from pipeline.alerts.failure import NotDelivered, in_words
from pipeline.alerts.hook import trusted_authorities
from pipeline.alerts.messages import Message
from pipeline.alerts.wording import headline, paragraphs, read_body
from pipeline.model.channel import Channel

STEP_SECONDS = 5.0  # for the answer to one command
MAIL_SECONDS = 20.0  # for all of them
STEPS: dict[type[smtplib.SMTPException], str] = {
    smtplib.SMTPAuthenticationError: "the mail server refuses the login",
    smtplib.SMTPRecipientsRefused: "the mail server refuses the recipients",
    smtplib.SMTPSenderRefused: "the mail server refuses the sender",
    smtplib.SMTPNotSupportedError: "the mail server lacks STARTTLS or a way to log in",
    smtplib.SMTPServerDisconnected: "the connection broke off",
}


class MailConnection(smtplib.SMTP):
    """A connection that a deadline watches; with a context TLS begins with the first byte."""

    def __init__(self, channel: Channel, deadline: DeliveryDeadline, context: ssl.SSLContext | None) -> None:
        self._deadline = deadline
        self._context = context
        super().__init__(channel.host, channel.port, socket.gethostname(), timeout=STEP_SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._deadline.watch(connection)
        return self._context.wrap_socket(connection, server_hostname=host) if self._context else connection


def send_mail(channel: Channel, message: Message) -> None:
    """Hand a mail to the server; raises NotDelivered without its words, which may name people."""
    with DeliveryDeadline(MAIL_SECONDS) as deadline:
        try:
            hand_over(channel, mail_of(channel, message), deadline)
        except smtplib.SMTPException as error:
            raise NotDelivered(refusal(error, deadline)) from None
        except (OSError, ValueError) as error:
            raise NotDelivered(in_words(error)) from None


def hand_over(channel: Channel, mail: EmailMessage, deadline: DeliveryDeadline) -> None:
    """Connect, log in where there is a user name, and send."""
    context = ssl.create_default_context(cafile=trusted_authorities())
    with MailConnection(channel, deadline, context if channel.tls == "tls" else None) as server:
        if channel.tls == "starttls":
            server.starttls(context=context)
        if channel.username:
            server.login(channel.username, channel.password)
        if refused := server.send_message(mail):
            raise smtplib.SMTPRecipientsRefused(refused)


def refusal(error: smtplib.SMTPException, deadline: DeliveryDeadline) -> str:
    """Say what the server refuses, with its code where it gave one."""
    if deadline.passed:
        return f"no answer in {MAIL_SECONDS:g} s"
    known = (words for kind, words in STEPS.items() if isinstance(error, kind))
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
