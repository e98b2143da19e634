"""The kinds of channels: webhooks, signed as Standard Webhooks has it, Slack, and e-mail.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import hmac
import json
import time
from base64 import b64encode
from collections.abc import Callable, Mapping

from pipeline.alerts.hook import post
from pipeline.alerts.mail import send_mail
from pipeline.alerts.messages import Message
from pipeline.alerts.wording import headline, paragraphs, read_body
from pipeline.model.channel import Channel
from schemas.channel import signing_key


def send_webhook(channel: Channel, message: Message) -> None:
    """POST the body as it is; raises NotDelivered."""
    body = message.body.encode()
    post(channel.url, body, headers_of(channel, message.id, body, int(time.time())))


def headers_of(channel: Channel, identity: str, body: bytes, timestamp: int) -> dict[str, str]:
    """Return the headers of a webhook, with a signature if the channel has a secret."""
    headers = {"webhook-id": identity, "webhook-timestamp": str(timestamp)}
    if channel.secret:
        signed = f"{identity}.{timestamp}.".encode() + body
        digest = hmac.digest(signing_key(channel.secret), signed, "sha256")
        headers["webhook-signature"] = f"v1,{b64encode(digest).decode()}"
    return headers


def send_slack(channel: Channel, message: Message) -> None:
    """POST the message in words; raises NotDelivered."""
    body = read_body(message.body)
    text = "\n".join([f"*{escaped(headline(body))}*", *map(escaped, paragraphs(body))])
    post(channel.url, json.dumps({"text": text}).encode())


def escaped(text: str) -> str:
    """Write the characters that command Slack as it wants them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


SENDERS: Mapping[str, Callable[[Channel, Message], None]] = {
    "webhook": send_webhook,
    "slack": send_slack,
    "email": send_mail,
}


def send(channel: Channel, message: Message) -> None:
    """Try once to deliver a message; raises NotDelivered."""
    SENDERS[channel.kind](channel, message)
