"""A channel as it is configured: the way of alerts to people, by webhook, Slack or e-mail."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, validates_schema

from schemas.configuration_fields import Field, OneOf, Text, Whole
from schemas.connector import Secret
from schemas.document import Document, Variant
from schemas.endpoint import is_host, is_loopback

TLS = ("starttls", "tls", "none")
SIGNED = "whsec_"  # before a signing secret in base64, as Standard Webhooks writes it
LONGEST_URL = 2_048  # characters
LONGEST_ADDRESS = 254  # characters
MAX_RECIPIENTS = 50
ADDRESS = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,253}")
NO_ADDRESS = "must be an address such as ops@example.com"


def hook_problem(url: str) -> str | None:
    """Return the problem of a webhook's URL, which is a secret and is not repeated; None if there is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is not a URL"
    if len(url) > LONGEST_URL or not re.fullmatch(r"[!-~]+", url):
        return f"must be a URL of at most {LONGEST_URL} ASCII characters"
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        return "must be a URL such as https://example.com/hook"
    if not is_usable_host(parts.hostname):
        return "must be a URL such as https://example.com/hook"
    if parts.username is not None or parts.password is not None:
        return "must not contain a user name or password"
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return "must begin with https://; http:// is for this machine only"
    return None


def signing_problem(secret: str) -> str | None:
    """Return the problem of a signing secret; None if there is none."""
    try:
        signing_key(secret)
    except ValueError:
        return f"must be base64 behind {SIGNED}"
    return None


def signing_key(secret: str) -> bytes:
    """Return the bytes that a secret stands for: base64 behind ``whsec_``, else its UTF-8."""
    if not secret.startswith(SIGNED):
        return secret.encode()
    text = secret.removeprefix(SIGNED)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if not key:
        raise ValueError("empty")
    return key


SECRET_PROBLEMS = {"url": hook_problem, "secret": signing_problem}  # by key of a channel


def is_usable_host(name: str) -> bool:
    """True for the name of a host and for an address."""
    try:
        return is_host(name)
    except ValueError:
        return False


class ChannelSecret(Secret):
    """A secret of a channel, checked where it is given as text."""

    def read(self, value: Any) -> str | dict[str, Any]:
        """Refuse text that cannot be used."""
        found = super().read(value)
        check = SECRET_PROBLEMS.get(self.name or "")
        problem = check(found) if check and isinstance(found, str) else None
        if problem:
            raise ValidationError(problem)
        return found


class Address(Field):
    """An e-mail address; no message repeats it."""

    def read(self, value: Any) -> str:
        """Refuse text that is none."""
        if not isinstance(value, str) or len(value) > LONGEST_ADDRESS or not ADDRESS.fullmatch(value):
            raise ValidationError(NO_ADDRESS)
        return value


class Addresses(Field):
    """A list of addresses."""

    def read(self, value: Any) -> list[str]:
        """Refuse an empty list, and a very long one."""
        if not isinstance(value, list) or not 0 < len(value) <= MAX_RECIPIENTS:
            raise ValidationError(f"must be a list of 1 to {MAX_RECIPIENTS} addresses")
        return [Address().read(each) for each in value]


class Host(Text):
    """The name of a host, or an address."""

    def read(self, value: Any) -> str:
        """Refuse text that is neither."""
        name = super().read(value)
        if not is_usable_host(name.lower()):
            raise ValidationError("must be the name of a host")
        return name


class ChannelDocument(Document):
    """The options that channels of all kinds have."""

    kind = Text(required=True)


class Webhook(ChannelDocument):
    """A POST of JSON, signed if there is a secret."""

    url = ChannelSecret(required=True)
    secret = ChannelSecret()


class Slack(ChannelDocument):
    """An incoming webhook of Slack."""

    url = ChannelSecret(required=True)


class MailServer(ChannelDocument):
    """An e-mail, handed to a mail server."""

    to = Addresses(required=True)
    host = Host(required=True)
    port = Whole(least=1, most=65_535, load_default=587)
    tls = OneOf("a kind of TLS", TLS, load_default="starttls")
    username = Text()
    password = ChannelSecret()

    @validates_schema(skip_on_field_errors=False)
    def keep_secrets(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse mail in the clear over a network, and half a login."""
        problems = {}
        if data.get("tls") == "none" and not is_loopback(data.get("host", "localhost").lower()):
            problems["tls"] = ['"none" is for this machine only']
        for given, missing in (("username", "password"), ("password", "username")):
            if given in data and missing not in data:
                problems[missing] = [f"is missing beside {given}"]
        if problems:
            raise ValidationError(problems)


CHANNELS: Mapping[str, type[Schema]] = {
    "webhook": Webhook,
    "slack": Slack,
    "email": MailServer.from_dict({"from": Address(required=True)}, name="Email"),
}


def channel() -> Variant:
    """Return the field for a channel of any kind."""
    return Variant("kind", "a kind of channel", CHANNELS, ChannelDocument)
