"""Public hosts: the only ones to which an answer from the internet may lead our calls.

An account names the host of all later calls in its answer to a login. A false login server could
name one that only this machine or network reaches, such as the metadata service of a cloud, and have tokens
and customers' data sent there. So a name is looked at, and so are all addresses that it stands for.
"""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from pipeline.errors import Held
from pipeline.wire.codes import OTHER

NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
NUMBER = re.compile(
    r"\d+|0x[0-9a-f]*"
)  # a last label by which common resolvers take a host for an IPv4 address

# Names that the public DNS does not have, or that mean this machine, network or cloud whatever it says.
PRIVATE_SUFFIXES = (
    "localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home", "lan",
    "home.arpa",
    "onion", "cluster.local", "svc", "metadata.goog", "localtest.me", "in-addr.arpa", "ip6.arpa",
)  # fmt: skip

# IPv6 addresses that lead to the IPv4 address in their last bits (RFC 6052; RFC 8215 is for local use).
TRANSLATED = IPv6Network("64:ff9b::/96")
COMPATIBLE = IPv6Network("::/96")
LOCALLY_TRANSLATED = IPv6Network("64:ff9b:1::/48")

Address = IPv4Address | IPv6Address


def require_public_name(host: str) -> None:
    """Raise Held if ``host`` is no well-formed name or address, or not one of the public internet."""
    if not is_public_name(host.lower()):
        raise refusal(host)


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of ``host``, all of them public.

    Raises:
        Held: one of them is not.
        OSError: the name cannot be resolved here.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise refusal(host) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not all(is_public(ip_address(address)) for address in addresses):
        raise refusal(host)
    return addresses


def refusal(host: str) -> Held:
    """Say that the login led to a host that is not public."""
    return Held("connector", OTHER, f'the login led to "{host[:253]}", which is no public host')


def is_public_name(host: str) -> bool:
    """True for a plain public address, and for a name of the public DNS; no address is looked up.

    ``127.1``, ``0x7f.0.0.1`` and ``2130706433`` are addresses too, but no public host is written like that.
    """
    try:
        return is_public(ip_address(host))
    except ValueError:
        pass
    name = host.removesuffix(".")
    if not NAME.fullmatch(name) or "." not in name or NUMBER.fullmatch(name.rpartition(".")[2]):
        return False
    return not any(name == suffix or name.endswith(f".{suffix}") for suffix in PRIVATE_SUFFIXES)


def is_public(address: Address) -> bool:
    """True for an address of one machine somewhere on the public internet."""
    if isinstance(address, IPv6Address):
        inner = embedded(address)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local or address in LOCALLY_TRANSLATED:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def embedded(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address leads to: mapped, translated, 6to4, Teredo, compatible."""
    if address in TRANSLATED or (address in COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
