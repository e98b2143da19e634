"""The server: who may log in, and how it misbehaves when it is told to."""

import asyncio

import asyncssh
import pytest

from tests.emulators.sftp.conftest import serving


@pytest.fixture
def name(sftp):
    [name] = sftp.order("files", feeds=["CLICK"], rows=2000)["files"]
    yield name
    for path in sftp.folder.glob(f"{name}*"):
        path.unlink()


def test_a_file_arrives_as_it_is(sftp, name):
    assert sftp.read(name) == (sftp.folder / name).read_bytes()

    summary = sftp.summary()
    assert (summary["logins"], summary["opened"]) == (1, 1)
    assert summary["bytes_read"] == (sftp.folder / name).stat().st_size


@pytest.mark.parametrize("options", [{"username": "somebody"}, {"key": "other"}])
def test_others_may_not_log_in(sftp, tmp_path, options):
    if "key" in options:
        options = {"key": tmp_path / "key"}
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "key")
    with pytest.raises(asyncssh.PermissionDenied):
        sftp.read("any", **options)


def test_no_path_leads_out_of_the_folder(sftp):
    with pytest.raises(asyncssh.SFTPNoSuchFile):
        sftp.read("../../keys/client_key")


def test_the_connection_may_be_cut_within_a_file(sftp, name):
    sftp.fault("cut", after=100_000)

    with pytest.raises((asyncssh.Error, ConnectionError)):
        sftp.read(name)
    assert sftp.read(name) == (sftp.folder / name).read_bytes()


@pytest.mark.parametrize("kind", ["rename", "delete"])
def test_a_file_may_be_gone_when_it_is_opened(sftp, name, kind):
    sftp.fault(kind)

    with pytest.raises(asyncssh.SFTPNoSuchFile):
        sftp.read(name)
    assert (f"{name}.old" in sftp.names()) == (kind == "rename")


def test_a_file_may_grow_while_it_is_read(sftp, name):
    before = (sftp.folder / name).stat().st_size
    sftp.fault("grow")
    sftp.read(name)

    lines = (sftp.folder / name).read_bytes().splitlines()
    assert (sftp.folder / name).stat().st_size > before
    assert lines[-1] == lines[-2]


def test_a_file_may_shrink(sftp, name):
    before = (sftp.folder / name).stat().st_size
    sftp.fault("shrink")

    assert len(sftp.read(name)) == before // 2


def test_a_file_may_arrive_slowly(sftp, name):
    sftp.fault("slow", rate=10_000_000, times=None)

    assert sftp.read(name) == (sftp.folder / name).read_bytes()
    assert sftp.summary()["faults"] > 0


@pytest.mark.parametrize("operation", ["open", "rename", "remove", "list"])
def test_an_operation_may_be_refused(sftp, name, operation):
    sftp.fault("permission", on=operation)
    path = f"download/{name}"

    async def operate():
        async with sftp.connect() as ssh, ssh.start_sftp_client() as client:
            await {
                "open": lambda: client.open(path),
                "rename": lambda: client.rename(path, f"{path}.done"),
                "remove": lambda: client.remove(path),
                "list": lambda: client.readdir("download"),
            }[operation]()

    with pytest.raises(asyncssh.SFTPPermissionDenied):
        asyncio.run(operate())


def test_a_login_may_be_refused_once(sftp, name):
    sftp.fault("refuse")

    with pytest.raises(asyncssh.PermissionDenied):
        sftp.read(name)
    assert sftp.read(name)


def test_the_host_key_changes_for_new_connections(sftp):
    before = sftp.summary()["host_key"]
    told = sftp.order("host_key")["host_key"]

    async def seen():
        key = await asyncssh.get_server_host_key("127.0.0.1", sftp.port, config=[])
        return key.get_fingerprint()

    assert asyncio.run(seen()) == told != before


@pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")
def test_an_old_server_offers_old_algorithms_alone(tmp_path):
    options = {"kex_algs": "+diffie-hellman-group14-sha1", "signature_algs": "+ssh-rsa"}
    old = {**options, "encryption_algs": "+aes128-cbc", "mac_algs": "+hmac-sha1"}
    with serving(tmp_path, "--algorithms", "legacy", "--feeds", "OPEN") as emulator:
        [name] = emulator.names()
        with pytest.raises(
            (asyncssh.KeyExchangeFailed, asyncssh.ConnectionLost)
        ):  # either end may see it first
            emulator.read(name)
        assert emulator.read(name, **old)
        assert 'algorithms = "legacy"' in emulator.welcome


def test_files_may_be_about_chosen_people(sftp):
    [name] = sftp.order("files", feeds=["CLICK"], people=[7, 3], minutes=0)["files"]

    header, *rows = (sftp.folder / name).read_text("utf-8").splitlines()

    column = header.split(",").index('"RIID"')
    assert [row.split(",")[column] for row in rows] == ['"100000008"', '"100000004"']
