"""The host key: pinned by its fingerprint; without a pin nothing is fetched."""

from collections.abc import Sequence

import asyncssh

from pipeline.errors import Misconfigured
from pipeline.sftp.connector import SftpConnector


def refuse_unpinned(connector: SftpConnector) -> None:
    """Raise Misconfigured if the connector does not say which server it means."""
    if not connector.host_key:
        raise Misconfigured(
            f"connectors.{connector.name}.host_key: is missing, so nothing is fetched; "
            f"`activation check {connector.name}` shows what to put there"
        )


def what_to_put(seen: str) -> str:
    """Write the line that pins a key."""
    return f'host_key = "{seen}"'


def changed(connector: SftpConnector, seen: str) -> str:
    """Say that the server has another key than the one that is pinned."""
    return (
        f"connectors.{connector.name}.host_key: the host key of {connector.place} has changed: it should be "
        f"{' or '.join(connector.host_key)}, and it is {seen}; nothing is fetched. If the server's operator "
        f"confirms the new key: {what_to_put(seen)}"
    )


class HostKeyChanged(Misconfigured):
    """The server shows none of the pinned keys."""


class HostKeyCheck(asyncssh.SSHClient):
    """Compares the server's key with the pinned fingerprints; any key passes if there is none to compare."""

    def __init__(self, pinned: Sequence[str]) -> None:
        self.pinned = pinned
        self.seen = ""

    def validate_host_public_key(self, _host: str, _addr: str, _port: int, key: asyncssh.SSHKey) -> bool:
        """Note the fingerprint of the server's key, and tell whether it is a pinned one."""
        self.seen = key.get_fingerprint()
        return self.seen in self.pinned
