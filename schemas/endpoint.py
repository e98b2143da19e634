"""Where Responsys is logged in to.

Documented are ``login2.responsys.net`` and the like, the account's own host under global routing, with or
without https:// before and the path of the login call behind.
"""

import ipaddress
import re
from typing import Any
from urllib.parse import SplitResult, urlsplit

from marshmallow import ValidationError

from schemas.configuration_fields import Field

LOGIN = "/rest/api/v1.3/auth/token"
HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
PORTS = {"https": 443, "http": 80}


class Endpoint(Field):
    """A host, with any documented decoration; loads to scheme, host and port, if it is not the usual one.

    No message repeats the value, which may hold a password by mistake.
    """

    example = "https://login5.responsys.net"
    login = LOGIN  # the one path that may follow the host, "" if none may

    def read(self, value: Any) -> str:
        """Refuse a value that is no login host, and to send a password over the net in the clear."""
        if not isinstance(value, str) or not value.strip():
            raise ValidationError(f'must be text such as "{self.example}"')
        url = split(value.strip(), self.example)
        if url.username is not None or url.password is not None:
            raise ValidationError("must not contain a user name or password")
        if url.path.rstrip("/") not in ("", self.login) or url.query or url.fragment:
            perhaps = f' but perhaps "{self.login}"' if self.login else ""
            raise ValidationError(f"must be a host with nothing behind it{perhaps}")
        if url.scheme == "http" and not is_loopback(url.hostname or ""):
            raise ValidationError("must begin with https://; http:// is for this machine only")
        host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
        return f"{url.scheme}://{host}" + (
            f":{url.port}" if url.port not in (None, PORTS[url.scheme]) else ""
        )


def split(text: str, example: str) -> SplitResult:
    """Take a URL apart; without a scheme it is https."""
    try:
        url = urlsplit(text if "://" in text else f"https://{text}")
        usable = url.scheme in PORTS and is_host(url.hostname or "") and url.port != 0
    except ValueError as error:
        raise ValidationError("is not a URL") from error
    if not usable:
        raise ValidationError(f"is not a URL of a host, such as {example}")
    return url


def is_host(name: str) -> bool:
    """True for the name of a host and for an address."""
    return bool(HOST.fullmatch(name)) or (":" in name and bool(ipaddress.ip_address(name)))


def is_loopback(name: str) -> bool:
    """True for a name or address of this very machine."""
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
