"""A mail server on loopback."""

import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.alerts.watching import WatchedEnvironment
from tests.environment import Environment
from tests.fixtures.hooks import HookServer
from tests.fixtures.tls import certificate_in

LOGIN = LoginPassword(b"ops", b"s3cret")


class Mailbox:
    """Keeps what comes; ``refusal`` answers a recipient instead."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.refusal = ""

    async def handle_RCPT(  # noqa: N802  aiosmtpd's
        self, _server: Any, _session: Any, envelope: Any, address: str, *_: Any
    ) -> str:
        """Take a recipient, or refuse it."""
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a mail."""
        self.mails.append(envelope)
        return "250 OK"


class MailServer:
    """A server with its mailbox; ``certificate`` is the one that it shows."""

    def __init__(self, folder: Path, tls: str, *, login: bool) -> None:
        self.certificate = certificate_in(folder)
        self.mailbox = Mailbox()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._controller = Controller(
            self.mailbox,
            hostname="127.0.0.1",
            port=self.port,
            authenticator=check_login,
            auth_required=login and tls != "tls",
            auth_require_tls=tls != "tls",  # its TLS is that of the listener, which it does not know of
            tls_context=context if tls == "starttls" else None,
            require_starttls=tls == "starttls",
            ssl_context=context if tls == "tls" else None,
        )
        self._controller.start()

    def close(self) -> None:
        """Listen no more."""
        self._controller.stop()


def check_login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    """Take one login."""
    return AuthResult(success=data == LOGIN, handled=False)


@pytest.fixture
def start_mail(tmp_path: Path) -> Iterator[Callable[..., MailServer]]:
    """Starts mail servers, and ends them."""
    servers: list[MailServer] = []

    def start(tls: str = "none", *, login: bool = False) -> MailServer:
        servers.append(MailServer(tmp_path, tls, login=login))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def watching(environment: Environment, hooks: HookServer) -> WatchedEnvironment:
    """A rule, a channel and a watch."""
    return WatchedEnvironment(environment, hooks)
