"""An SFTP server: logins by the one key and host key of its connector."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import asyncssh

from pipeline.errors import Misconfigured, PipelineError, RetryLater
from pipeline.model.file_server import OpenPgp
from pipeline.sftp.algorithms import HOST_KEY_KINDS, options_of
from pipeline.sftp.connector import SftpConnector
from pipeline.sftp.failures import CUT, login_errors
from pipeline.sftp.host_key import HostKeyChanged, HostKeyCheck, refuse_unpinned
from pipeline.sftp.loop import BackgroundLoop, background_loop
from pipeline.sftp.private_key import read_private_key
from pipeline.sftp.session import SftpSession

asyncssh.set_log_level("WARNING")  # below that it tells hosts, users and the names of files
KEEPALIVE = 15  # seconds
SILENT: tuple[list[str], list[str], list[str]] = ([], [], [])  # no known hosts: the check alone decides


@dataclass(frozen=True)
class SftpServer:
    """One connector's server; ``connect`` and ``answer`` are seconds to wait."""

    connector: SftpConnector
    connect: float = 10
    answer: float = 60

    @property
    def keys(self) -> OpenPgp:
        """The key of encrypted files."""
        connector = self.connector
        return OpenPgp(connector.pgp_private_key, connector.pgp_passphrase, connector.pgp)

    def require_key(self) -> None:
        """Raise Misconfigured if the key that logs in cannot be read; nothing is sent."""
        read_private_key(self.connector)

    @contextmanager
    def open(self) -> Iterator[SftpSession]:
        """Log in; raises Misconfigured or RetryLater."""
        refuse_unpinned(self.connector)
        key = read_private_key(self.connector)
        with background_loop() as loop:
            connection = self._log_in(loop, key)
            try:
                with login_errors(self.connector, HostKeyCheck(())):
                    client = loop.run(connection.start_sftp_client(), self.answer)
                yield SftpSession(self.connector, loop, client, self.answer)
            finally:
                loop.run(end(connection), self.answer)

    def _log_in(self, loop: BackgroundLoop, key: asyncssh.SSHKey) -> asyncssh.SSHClientConnection:
        """Log in with the usual host keys; if none of them is pinned, ask for each kind of key alone."""
        first: HostKeyChanged | None = None
        for kinds in ("", *HOST_KEY_KINDS):
            check = HostKeyCheck(self.connector.host_key)
            try:
                return self._log_in_with(loop, check, key, kinds, tries=2 if kinds else 1)
            except HostKeyChanged as error:
                first = first or error
            except PipelineError as error:
                if first is None or not lacks_kind(error, check):
                    raise
        raise first or Misconfigured(f"{self.connector.place} has no host key")

    def _log_in_with(
        self, loop: BackgroundLoop, check: HostKeyCheck, key: asyncssh.SSHKey, kinds: str, tries: int
    ) -> asyncssh.SSHClientConnection:
        """Log in; again if the connection is cut, which need not be for lack of such a key."""
        try:
            with login_errors(self.connector, check):
                return loop.run(self._connect(check, key, kinds), self.connect + self.answer)
        except RetryLater as error:
            if tries == 1 or error.code != CUT:
                raise
        return self._log_in_with(loop, check, key, kinds, tries - 1)

    def fingerprints(self) -> list[str]:
        """Return the fingerprints of the server's keys, the usual one first; raises as ``open`` does."""
        seen: list[str] = []
        with background_loop() as loop:
            for kinds in ("", *HOST_KEY_KINDS):
                check = HostKeyCheck(())
                try:
                    with login_errors(self.connector, check):
                        loop.run(self._connect(check, None, kinds), self.connect + self.answer)
                except HostKeyChanged:
                    seen += [] if check.seen in seen else [check.seen]
                except PipelineError:
                    if not kinds:
                        raise
        return seen

    async def _connect(
        self, check: HostKeyCheck, key: asyncssh.SSHKey | None, kinds: str
    ) -> asyncssh.SSHClientConnection:
        """Log in by the one key, and by nothing that the machine or its user may have.

        ``kinds``: of the host key; "": all that the connector takes.
        """
        connector = self.connector
        options = options_of(connector.algorithms)
        with warnings.catch_warnings():  # about algorithms that the connector asks for
            warnings.simplefilter("ignore")
            connection, _ = await asyncssh.create_connection(
                lambda: check,
                connector.host,
                connector.port,
                username=connector.username,
                client_keys=[key] if key else [],
                known_hosts=SILENT,
                config=[],
                agent_path=None,
                preferred_auth="publickey",
                connect_timeout=self.connect,
                login_timeout=self.answer,
                keepalive_interval=KEEPALIVE,
                **(options | {"server_host_key_algs": kinds} if kinds else options),
            )
        return connection


def lacks_kind(error: PipelineError, check: HostKeyCheck) -> bool:
    """Tell whether the server may have no such key: then nothing is in common, or it hangs up at once."""
    return not check.seen and (not isinstance(error, RetryLater) or error.code == CUT)


async def end(connection: asyncssh.SSHClientConnection) -> None:
    """End a connection, whatever is under way."""
    connection.abort()
