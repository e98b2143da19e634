"""Keys and messages made by GnuPG."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from pipeline.event_files.decryption.child import decrypt_file
from pipeline.model.file_server import OpenPgp

PLAIN = b"A,B\n" + b"".join(b"%d,%d\n" % (number * 7919 % 104729, number) for number in range(20_000))
PAIR = """\
%no-protection
Key-Type: RSA
Key-Length: 2048
Subkey-Type: RSA
Subkey-Length: 2048
Name-Email: rsa@example.com
Expire-Date: 0
%commit
"""  # without usages: both keys may encrypt


class Gnupg:
    """A home of gpg."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.home, self.folder = home, folder
        self.plain = folder / "plain.txt"
        self.plain.write_bytes(PLAIN)

    def __call__(self, *arguments: str, text: str = "") -> bytes:
        options = "--batch --quiet --yes --trust-model always --pinentry-mode loopback".split()
        command = ["gpg", "--homedir", str(self.home), *options]
        run = subprocess.run(
            [*command, *arguments], input=text.encode(), capture_output=True, check=True, env={**os.environ}
        )
        return run.stdout

    def key(self, name: str, first: str, second: str, passphrase: str = "") -> str:
        """Make a key, and return it armored."""
        secret = ("--passphrase", passphrase)
        self(*secret, "--quick-gen-key", name, first, "sign", "never")
        listed = self("--with-colons", "--list-keys", name).decode()
        print_of = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
        self(*secret, "--quick-add-key", print_of, second, "encrypt", "never")
        return self(*secret, "--armor", "--export-secret-keys", name).decode()

    def encrypted(self, *options: str) -> bytes:
        return self(*options, "--output", "-", "--encrypt", str(self.plain))


@pytest.fixture(scope="session")
def gnupg(tmp_path_factory):
    if not shutil.which("gpg"):
        pytest.skip("there is no gpg")
    with tempfile.TemporaryDirectory(prefix="gpg-") as home:
        (Path(home) / "gpg-agent.conf").write_text("debug-quick-random\ns2k-count 65536\n")
        made = Gnupg(Path(home), tmp_path_factory.mktemp("gnupg"))
        yield made
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "gpg-agent"], check=True)


@pytest.fixture(scope="session")
def keys(gnupg):
    gnupg("--gen-key", text=PAIR)
    return {
        "rsa": gnupg("--armor", "--export-secret-keys", "rsa@example.com").decode(),
        "curve": gnupg.key("curve@example.com", "ed25519", "cv25519"),
        "protected": gnupg.key("protected@example.com", "ed25519", "cv25519", "geheim"),
    }


@pytest.fixture
def opened(keys, tmp_path):
    """Decrypt a message with a key; return the plaintext."""

    def opened(message: bytes, key: str = "rsa", library: str = "sequoia", passphrase: str = "") -> bytes:
        source, target = tmp_path / "message", tmp_path / "plain"
        source.write_bytes(message)
        try:
            decrypt_file(source, target, OpenPgp(keys.get(key, key), passphrase, library), "acme-files")
            return target.read_bytes()
        finally:
            assert {path.name for path in tmp_path.iterdir()} <= {"message", "plain", "events.db"}

    return opened
