"""A connector to Salesforce as it is configured."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, validates_schema

from schemas.configuration_fields import Field, MaybeText, Number, OneOf, Text
from schemas.connector import ConnectorDocument, Secret
from schemas.endpoint import Endpoint

LOGINS = ("client_credentials", "jwt")
SHARED_HOSTS = ("login.salesforce.com", "test.salesforce.com")
VERSION = re.compile(r"([1-9][0-9]{1,2})\.0")
OLDEST = 52  # version
FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
NEEDS = {"client_credentials": ("client_secret",), "jwt": ("username", "private_key")}


class OrgHost(Endpoint):
    """The org's own host, which is called My Domain."""

    example = "https://acme.my.salesforce.com"
    login = ""

    def read(self, value: Any) -> str:
        """Refuse the hosts that all orgs share."""
        host = super().read(value)
        if urlsplit(host).hostname in SHARED_HOSTS:
            raise ValidationError(f'must be the org\'s own host, "My Domain", such as "{self.example}"')
        return host


class Version(Field):
    """A version of the API."""

    def read(self, value: Any) -> str:
        """Refuse a text that is no version, and a version older than ``OLDEST``."""
        match = VERSION.fullmatch(value) if isinstance(value, str) else None
        if match is None or int(match[1]) < OLDEST:
            raise ValidationError(f'must be a version such as "66.0", {OLDEST}.0 or later')
        return str(value)


class Zone(Field):
    """A time zone by its name."""

    def read(self, value: Any) -> str:
        """Refuse a name that is not known."""
        try:
            return ZoneInfo(value).key
        except (ValueError, TypeError, OSError, KeyError):
            raise ValidationError('must be the name of a time zone, such as "Europe/Paris"') from None


class FieldName(Field):
    """The name of a field."""

    def read(self, value: Any) -> str:
        """Refuse a name that no field can have."""
        if not isinstance(value, str) or not FIELD.fullmatch(value):
            raise ValidationError('must be the name of a field, such as "Responsys_RIID__c"')
        return value


class Salesforce(ConnectorDocument):
    """One org, and the app by which we log in there."""

    host = OrgHost(required=True)
    login = OneOf("a way to log in", LOGINS, load_default="client_credentials")
    client_id = Text(required=True)
    client_secret = Secret()
    username = Text()
    private_key = Secret()
    audience = MaybeText(load_default="")
    version = Version(load_default="66.0")
    share = Number(above=0, most=1, load_default=0.25)
    ceiling = Number(above=0, most=1, load_default=0.8)
    zone = Zone(load_default="UTC")
    riid_field = FieldName()

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def has_what_its_login_needs(
        self, document: Mapping[str, Any], given: Mapping[str, Any], **_: Any
    ) -> None:
        """Refuse a login without its secrets, and those of the other one."""
        login = document.get("login")
        if login is None:
            return
        problems = {key: ["is missing"] for key in NEEDS[login] if key not in given}
        for other in LOGINS:
            if other != login:
                problems |= {key: [f'goes with login = "{other}"'] for key in NEEDS[other] if key in given}
        if problems:
            raise ValidationError(problems)
