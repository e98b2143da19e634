"""Servers with several host keys: each of them may be the pinned one."""

import asyncio
import threading
from dataclasses import replace

import asyncssh
import pytest

from pipeline.errors import Misconfigured, RetryLater
from pipeline.sftp.connector import SftpConnector
from pipeline.sftp.server import SftpServer


@pytest.fixture(scope="module")
def keys():
    return {kind: asyncssh.generate_private_key(kind) for kind in ("ssh-ed25519", "ecdsa-sha2-nistp256")}


@pytest.fixture(scope="module")
def port(keys, tmp_path_factory):
    """A server with two host keys, which lets one login in."""
    folder = tmp_path_factory.mktemp("authorized")
    (folder / "keys").write_bytes(keys["ssh-ed25519"].export_public_key())
    loop = asyncio.new_event_loop()
    options = {"server_host_keys": [*keys.values()], "authorized_client_keys": str(folder / "keys")}
    listening = asyncssh.listen("127.0.0.1", 0, sftp_factory=True, config=[], **options)
    acceptor = loop.run_until_complete(listening)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield acceptor.get_port()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    acceptor.close()
    loop.run_until_complete(acceptor.wait_closed())
    loop.close()


def server(port, keys, *pins):
    key = keys["ssh-ed25519"].export_private_key().decode()
    return SftpServer(
        SftpConnector(
            name="f",
            title="f",
            host="127.0.0.1",
            port=port,
            username="u",
            private_key=key,
            host_key=pins,
        )
    )


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256"])
def test_any_of_its_keys_may_be_pinned(port, keys, kind):
    with server(port, keys, keys[kind].get_fingerprint()).open() as session:
        assert isinstance(session.list("/"), list)


def test_all_of_them_are_seen(port, keys):
    assert set(server(port, keys).fingerprints()) == {key.get_fingerprint() for key in keys.values()}


def test_another_key_is_refused(port, keys):
    with pytest.raises(Misconfigured, match="has changed"), server(port, keys, f"SHA256:{'A' * 43}").open():
        pass


def test_another_key_is_told_of_though_the_server_hangs_up_then(port, keys, monkeypatch):
    connect, asked = SftpServer._connect, []

    async def hang_up(self, check, key, kinds):
        asked.append(kinds)
        if kinds:
            raise asyncssh.ConnectionLost("Connection lost")
        return await connect(self, check, key, kinds)

    monkeypatch.setattr(SftpServer, "_connect", hang_up)

    with pytest.raises(Misconfigured, match="has changed"), server(port, keys, f"SHA256:{'A' * 43}").open():
        pass
    assert len(asked) > 1


def failing(monkeypatch, error, times):
    """Have the first logins with one kind of host key fail."""
    connect, failures = SftpServer._connect, [error] * times

    async def fail(self, check, key, kinds):
        if kinds and failures:
            raise failures.pop()
        return await connect(self, check, key, kinds)

    monkeypatch.setattr(SftpServer, "_connect", fail)


def test_a_connection_that_is_cut_is_tried_again(port, keys, monkeypatch):
    failing(monkeypatch, asyncssh.ConnectionLost("Connection lost"), 1)
    for key in keys.values():
        with server(port, keys, key.get_fingerprint()).open() as session:
            assert isinstance(session.list("/"), list)


@pytest.mark.parametrize("error", [ConnectionRefusedError(111, "refused"), TimeoutError()])
def test_a_server_that_cannot_be_reached_has_no_changed_key(port, keys, monkeypatch, error):
    failing(monkeypatch, error, 100)
    with pytest.raises(RetryLater), server(port, keys, f"SHA256:{'A' * 43}").open():
        pass


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256"])
def test_a_refused_login_is_no_changed_key(port, keys, kind):
    stranger = server(port, keys, keys[kind].get_fingerprint())
    other = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    with (
        pytest.raises(Misconfigured, match="refuses the login"),
        SftpServer(replace(stranger.connector, private_key=other)).open(),
    ):
        pass
