"""SSH: one login, by key; old algorithms only if the server is to be old."""

from pathlib import Path
from typing import Any

import asyncssh

from emulators.sftp.server.faults import Faults
from emulators.sftp.server.folder import ServedFolder
from emulators.sftp.server.keys import KeyRing
from emulators.sftp.server.summary import Summary

LEGACY = {
    "kex_algs": ["diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"],
    "encryption_algs": ["aes128-cbc", "3des-cbc"],
    "mac_algs": ["hmac-sha1"],
    "signature_algs": ["ssh-rsa"],
}


class Door(asyncssh.SSHServer):
    """Decides which users and keys may log in."""

    def __init__(self, server: "SshServer") -> None:
        self.server = server

    def connection_made(self, _conn: asyncssh.SSHServerConnection) -> None:
        """Count a connection."""
        self.server.summary.connections += 1

    def public_key_auth_supported(self) -> bool:
        """Take keys alone."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Take the one key of the one user."""
        if self.server.faults.fire("login", username):
            self.server.summary.faults += 1
            return False
        known = asyncssh.read_public_key(self.server.keys.client.with_suffix(".pub"))
        return username == self.server.username and key == known

    def auth_completed(self) -> None:
        """Count a login."""
        self.server.summary.logins += 1


class SshServer:
    """The server with its folder, its faults and its counts."""

    def __init__(self, root: Path, keys: KeyRing, username: str) -> None:
        self.root, self.keys, self.username = root, keys, username
        self.faults, self.summary = Faults(), Summary()
        self._acceptor: asyncssh.SSHAcceptor | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; return the port."""
        self._acceptor = await asyncssh.listen(
            host,
            port,
            server_factory=lambda: Door(self),
            server_host_keys=[self.keys.host_key()],
            sftp_factory=self.session,
            allow_scp=False,
            config=[],
            **(LEGACY if self.keys.legacy else {}),
        )
        return self._acceptor.get_port()

    def session(self, channel: Any) -> ServedFolder:
        """Serve the folder to one client."""
        return ServedFolder(channel, self.root, self.faults, self.summary)

    def renew_host_key(self) -> str:
        """Give new connections another host key; return its fingerprint."""
        key = self.keys.renew_host_key()
        if self._acceptor:
            self._acceptor.update(server_host_keys=[key])
        return key.get_fingerprint()

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the host key."""
        return self.keys.host_key().get_fingerprint()

    def reset(self) -> None:
        """Forget faults and counts."""
        self.faults.rules.clear()
        self.summary = Summary()
