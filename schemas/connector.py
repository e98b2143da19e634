"""A connector as it is configured."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from marshmallow import ValidationError

from schemas.api import Api
from schemas.configuration_fields import Field, Flag, MaybeText, Number, OneOf, Text, Whole
from schemas.document import Document, TableOf
from schemas.endpoint import Endpoint

IDENTIFIER_TYPES = ("riid", "hashed_email", "crm_id")
FUNCTIONS = (  # of Responsys, that limits are counted by; tests hold them to pipeline/responsys/ratelimit.py
    "login", "triggerCustomEvent", "mergeListMembers", "retrieveProfileExtensions", "createProfileExtension",
    "mergeProfileExtensionMembers", "deleteProfileExtensionMembers", "mergeTriggerEmail", "triggerEmail",
    "retrieveListMembers", "retrieveProfileExtensionMembers",
    "mergeSupplementalTableMembers", "deleteSupplementalTableMember", "pollRequests",
)  # fmt: skip
FUNCTION = re.compile(r"[A-Za-z][A-Za-z0-9]{0,62}")
MAX_IN_FLIGHT = 1000  # calls of one connector at once
MAX_LIMIT = 1_000_000  # calls per minute
HOST = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*\.?")
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
FINGERPRINT_RULE = 'must be a fingerprint such as "SHA256:…" with 43 characters; `activation check` shows it'
SOURCES = {"env": str, "file": str, "keep": bool}  # where a secret may come from instead


class Secret(Field):
    """A secret itself, or where it is: ``{ env = "NAME" }``, ``{ file = "/path" }``, ``{ keep = true }``.

    Messages never repeat it.
    """

    def read(self, value: Any) -> str | dict[str, Any]:
        """Refuse a value that is neither."""
        if isinstance(value, str) and value:
            return value
        if isinstance(value, Mapping) and len(value) == 1:
            [(source, where)] = value.items()
            if isinstance(where, SOURCES.get(source, ())) and where:
                return {source: where}
        raise ValidationError(
            'must be text, { env = "NAME" }, { file = "/path" }, or { keep = true } for what is stored'
        )


class ConnectorDocument(Document):
    """The options that connectors of all kinds have."""

    kind = Text(required=True)
    name = Text(load_default=None)
    label = Text()  # for people, beside the name that commands take
    description = Text()
    enabled = Flag(load_default=True)
    max_in_flight = Whole(least=1, most=MAX_IN_FLIGHT, load_default=4)


class AccountId(Text):
    """The number by which the names of event files call an account."""

    def read(self, value: Any) -> str:
        """Refuse all but digits."""
        text = super().read(value)
        if not re.fullmatch("[0-9]{1,20}", text):
            raise ValidationError('must be digits, as at the beginning of the names of event files: "1234"')
        return text


class Responsys(ConnectorDocument):
    """One account on Responsys, by its REST API."""

    username = Text(required=True)
    password = Secret(required=True)
    auth_endpoint = Endpoint(required=True)
    profile_list = Text(required=True, slashes=False)
    list_folder = Text(load_default=None, slashes=False)
    account_id = AccountId()
    identifier_type = OneOf("a type of identifier", IDENTIFIER_TYPES, load_default="hashed_email")
    api = Api(load_default="sync")
    limits = TableOf(
        Whole(least=1, most=MAX_LIMIT),
        FUNCTION, 'must be the name of a function, such as "triggerCustomEvent"',
        what="a function", choices=FUNCTIONS, load_default=dict,
    )  # fmt: skip
    utilisation = Number(above=0, most=1, load_default=0.95)


class MaybeSecret(Secret):
    """A secret that may be empty."""

    def read(self, value: Any) -> str | dict[str, Any]:
        """Take "", too."""
        return "" if value == "" else super().read(value)


class Fingerprints(Field):
    """Fingerprints of host keys, one or a list."""

    def read(self, value: Any) -> list[str]:
        """Return fingerprints of host keys as a list; refuse any other text."""
        found = [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not found:
            raise ValidationError(f"{FINGERPRINT_RULE}, or a list of some")
        for one in found:
            if not isinstance(one, str) or not FINGERPRINT.fullmatch(one):
                raise ValidationError(FINGERPRINT_RULE)
        return found


class Host(Text):
    """The name or address of a host."""

    def read(self, value: Any) -> str:
        """Refuse a value with anything beside the host."""
        host = super().read(value)
        if not HOST.fullmatch(host) and not is_address(host):
            raise ValidationError("must be the name or address of a host, without user and port")
        return host


def is_address(text: str) -> bool:
    """Tell whether text is an address of IPv4 or IPv6."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


class ServerFolder(MaybeText):
    """A folder on a file server: below the login's own, or from the root."""

    def read(self, value: Any) -> str:
        """Refuse a path that leads up: where it ends depends on the folder of the login."""
        folder = super().read(value)
        if ".." in folder.split("/") or "\\" in folder:
            raise ValidationError(
                'must be a folder below the login\'s own, such as "download", or its path from the root, '
                'such as "/home/acme/download"; ".." and backslashes are not taken'
            )
        return folder


class ResponsysSftp(ConnectorDocument):
    """One login on an SFTP server with event files of Responsys."""

    host = Host(required=True, slashes=False)
    port = Whole(least=1, most=65_535, load_default=22)
    username = Text(required=True)
    private_key = Secret(required=True)
    private_key_passphrase = MaybeSecret()
    folder = ServerFolder(load_default="")
    host_key = Fingerprints(load_default=list)
    algorithms = OneOf("a set of algorithms", ("modern", "legacy"), load_default="modern")
    pgp_private_key = MaybeSecret()
    pgp_passphrase = MaybeSecret()
    pgp = OneOf("a library for OpenPGP", ("sequoia", "gnupg"), load_default="sequoia")
