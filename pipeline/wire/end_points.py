"""End points: the scheme and host of an account, looked at before secrets and customers' data go there."""

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from pipeline.errors import Held
from pipeline.wire.codes import OTHER
from pipeline.wire.connections import MAX_HOSTS
from pipeline.wire.public_hosts import NAME


@lru_cache(MAX_HOSTS)
def leads_to_public_host(login: str, end_point: str) -> bool:
    """Whether calls to an end point must go to a public host.

    An emulator on this machine may lead anywhere, and any login to the very place that a person configured.
    """
    place = require_https(login)
    return end_point != place and not is_loopback(urlsplit(place).hostname or "")


def require_https(address: str) -> str:
    """Return scheme and host of an address that secrets and customers' data may be sent to.

    Raises:
        Held: it is not https; plain http is for this machine alone.
    """
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Held("connector", OTHER, "the address to call is no URL") from None
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not (host and secure and is_host(host)) or port == 0:
        raise Held("connector", OTHER, f'"{parts.scheme[:10]}://{host[:253]}" is not an https address')
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def is_host(text: str) -> bool:
    """True for an address, and for text that may be a name."""
    return ":" in text or NAME.fullmatch(text.lower().removesuffix(".")) is not None


def is_loopback(host: str) -> bool:
    """True for this very machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
