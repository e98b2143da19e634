"""``activation check`` of a connector to files, against the SFTP emulator."""

import json
import socket

import asyncssh
import pytest

from pipeline.cli import main
from tests.emulators.sftp.conftest import SftpEmulator, serving
from tests.fixtures.commands import CommandRunner

CONNECTOR = """
[connectors.acme-files]
kind = "responsys_sftp"
host = "127.0.0.1"
port = {port}
username = "{username}"
private_key = {{ file = "{key}" }}
folder = "{folder}"
{further}
"""
ROUNDS = 50  # of the passphrase: with less of them bcrypt warns, and 128, the usual ones, cost a second
MADE = asyncssh.generate_private_key("ssh-ed25519")
KEYS = {
    "public": lambda: MADE.export_public_key().decode(),
    "protected": lambda: protected_by("right", MADE),
    "plain": lambda: MADE.export_private_key().decode(),
}
PUTTY = "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n"


def protected_by(passphrase, key):
    """Write a key as a file that a passphrase protects."""
    return key.export_private_key(passphrase=passphrase, rounds=ROUNDS).decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("sftp"), "--feeds", "SENT", "--rows", "1") as emulator:
        yield emulator


@pytest.fixture
def check(server: SftpEmulator, redis, server_url, tmp_path, monkeypatch):
    """Apply a connector with these changes and check it; return the exit code and the findings.

    ``told``: the beginning of what `apply` tells of its keys.
    """
    server.order("reset")
    monkeypatch.setenv("ACTIVATION_BROKER_URL", server_url)
    monkeypatch.setenv("ACTIVATION_DATA_DIR", str(tmp_path / "data"))

    def check(further: str | None = None, *, told: str = "", **changes):
        pin = f'host_key = "{server.summary()["host_key"]}"'
        values = {"port": server.port, "username": "acme_scp", "key": server.data / "keys" / "client_key"}
        values |= {"folder": "download", "further": pin if further is None else further, **changes}
        (tmp_path / "activation.toml").write_text(CONNECTOR.format(**values))
        applied = CommandRunner().invoke(main, ["apply", str(tmp_path / "activation.toml")])
        assert applied.exit_code == 0, applied.output
        assert applied.stderr.startswith(told) if told else not applied.stderr
        result = CommandRunner().invoke(main, ["check", "acme-files", "--json"])
        findings = json.loads(result.stdout)["connectors"]["acme-files"]["findings"]
        return result.exit_code, findings

    return check


@pytest.fixture
def key(tmp_path):
    def write(text: str):
        path = tmp_path / "key"
        path.write_text(text)
        return path

    return write


def test_what_is_in_place_is_ticked(check):
    code, findings = check()

    assert code == 0
    assert [finding["check"] for finding in findings][:3] == ["host key", "login", "folder"]


def test_accounts_feeds_and_files_are_named(check, server):
    (server.folder / "99_SMS_CLICK_20261129_100000.txt").write_bytes(b"x")
    (server.folder / "notes.txt").write_bytes(b"x")
    code, findings = check()
    texts = {finding["check"]: finding["text"] for finding in findings}

    assert code == 0
    assert texts["accounts"] == "account ids: 1234, 99"
    assert texts["files"] == "2 files of events, of the feeds SENT, SMS_CLICK; 1 other file"
    assert "old by the clock of the server" in texts["clock"]


def test_keys_are_tried_on_an_encrypted_file(check, tmp_path_factory):
    folder = tmp_path_factory.mktemp("encrypted")
    with serving(folder, "--encrypt", "--compress", "--feeds", "OPEN") as encrypted:
        pin = f'host_key = "{encrypted.summary()["host_key"]}"'
        values = {"port": encrypted.port, "key": encrypted.data / "keys" / "client_key"}
        key = f'pgp_private_key = {{ file = "{folder / "keys" / "pgp_private.asc"}" }}'

        [whole] = encrypted.folder.glob("*.gpg")
        whole.with_name("1234_OPEN_20260101_000000.gpg").write_bytes(whole.read_bytes()[:-40])  # the smallest
        code, findings = check(further=f"{pin}\n{key}", **values)
        assert (code, findings[-1]["check"], findings[-1]["ok"]) == (0, "pgp key", True)
        code, findings = check(further=pin, **values)
        assert (code, findings[-1]["check"], findings[-1]["ok"]) == (2, "pgp key", False)


def test_without_a_pinned_key_it_shows_what_to_put(check, server):
    code, [finding] = check(further="")

    assert code == 2
    assert f'host_key = "{server.summary()["host_key"]}"' in finding["text"]


def test_a_changed_host_key_shows_both_fingerprints(check, server):
    old = server.summary()["host_key"]
    new = server.order("host_key")["host_key"]
    code, [finding] = check(further=f'host_key = "{old}"')

    assert code == 2
    assert "has changed" in finding["text"]
    assert old in finding["text"]
    assert new in finding["text"]


@pytest.mark.parametrize(
    ("text", "passphrase", "problem"),
    [
        (PUTTY, "", "private_key: is a key of PuTTY: convert it"),
        ("rubbish", "", "private_key: is no private key in OpenSSH's format"),
        ("public", "", "private_key: is a public key: the private one is needed"),
        ("protected", "", "private_key: is protected by a passphrase: give private_key_passphrase"),
        ("protected", "wrong", "private_key_passphrase: is not the key's passphrase"),
        ("plain", "any", "private_key_passphrase: the key is not protected: leave the passphrase out"),
    ],
)
def test_a_key_that_cannot_be_read_is_reported_in_one_sentence(check, key, server, text, passphrase, problem):
    further = f'host_key = "{server.summary()["host_key"]}"'
    further += f'\nprivate_key_passphrase = "{passphrase}"' if passphrase else ""
    content = KEYS.get(text, lambda: text)()
    code, findings = check(further=further, key=key(content), told=f"connectors.acme-files.{problem}")

    assert code == 2
    assert findings[-1]["check"] == "login"
    assert findings[-1]["text"].startswith(f"connectors.acme-files.{problem}")


def test_keys_are_read_though_the_server_is_not_pinned(check, key):
    text = "connectors.acme-files.private_key: is no private key in OpenSSH's format"
    code, [_, finding] = check(further="", key=key("rubbish"), told=text)

    assert code == 2
    assert (finding["check"], finding["ok"]) == ("login", False)
    assert finding["text"].startswith(text)


def test_a_pgp_key_is_read_though_no_file_is_encrypted(check, server):
    text = "connectors.acme-files.pgp_private_key: is no private OpenPGP key"
    further = f'host_key = "{server.summary()["host_key"]}"\npgp_private_key = "rubbish-of-a-key"'
    code, findings = check(further=further, told=text)

    assert (code, findings[-1]["check"]) == (2, "pgp key")
    assert findings[-1]["text"].startswith(text)
    assert "rubbish-of-a-key" not in json.dumps(findings)


def test_a_pgp_key_that_cannot_be_read_comes_before_what_is_wrong_with_a_file(check, server):
    broken = server.folder / "1234_OPEN_20260101_000000.gpg"
    broken.write_text("no message")
    text = "connectors.acme-files.pgp_private_key: is no private OpenPGP key"
    further = f'host_key = "{server.summary()["host_key"]}"\npgp_private_key = "rubbish-of-a-key"'

    code, findings = check(further=further, told=text)
    broken.unlink()

    assert (code, findings[-1]["check"]) == (2, "pgp key")
    assert findings[-1]["text"].startswith(text)


def test_a_protected_key_logs_in_with_its_passphrase(check, key, server):
    plain = asyncssh.read_private_key(server.data / "keys" / "client_key")
    protected = key(protected_by("geheim", plain))
    pin = f'host_key = "{server.summary()["host_key"]}"'

    assert check(further=f'{pin}\nprivate_key_passphrase = "geheim"', key=protected)[0] == 0


def test_an_unknown_user_and_a_missing_folder_are_reported(check):
    assert 'refuses the login of "somebody"' in check(username="somebody")[1][-1]["text"]
    assert "there is no folder nowhere" in check(folder="nowhere")[1][-1]["text"]


def test_a_folder_that_may_not_be_read_is_reported(check, server):
    server.fault("permission", on="list", times=None)

    assert '"acme_scp" may not read download' in check()[1][-1]["text"]


def test_no_server_at_all_is_reported(check):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    code, [finding] = check(port=port)

    assert code == 2
    assert finding["text"] == f"Unreachable: 127.0.0.1:{port}: the connection was refused"


@pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")
def test_an_old_server_needs_legacy_algorithms(check, tmp_path):
    with serving(tmp_path / "old", "--algorithms", "legacy", "--feeds", "SENT") as old:
        pin = f'host_key = "{old.summary()["host_key"]}"'
        values = {"port": old.port, "key": old.data / "keys" / "client_key"}
        code, [finding] = check(further=pin, **values)
        assert code == 2
        assert 'algorithms = "legacy"' in finding["text"]

        assert check(further=f'{pin}\nalgorithms = "legacy"', **values)[0] == 0
