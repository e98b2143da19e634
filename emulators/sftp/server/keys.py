"""Keys: made at the first start, then kept: a configuration that names them stays true."""

from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pysequoia


@dataclass(frozen=True)
class KeyRing:
    """The keys of one emulator, in a folder that only its owner may read."""

    folder: Path
    legacy: bool = False  # RSA keys, as old servers have them
    passphrase: str = ""  # of the client's key

    @property
    def client(self) -> Path:
        """The private key that logs in."""
        return self.folder / "client_key"

    @property
    def pgp_private(self) -> Path:
        """The private key that opens encrypted files."""
        return self.folder / "pgp_private.asc"

    @property
    def pgp_public(self) -> Path:
        """The key that files are encrypted for."""
        return self.folder / "pgp_public.asc"

    def make(self) -> None:
        """Make the keys that are not there."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.client.exists():
            self.make_client()
        if not self.host_key_path.exists():
            self.renew_host_key()
        if not self.pgp_private.exists():
            self.make_pgp()

    def make_client(self) -> None:
        """Make the key that logs in."""
        key = self.generate()
        write_secret(self.client, key.export_private_key(passphrase=self.passphrase or None).decode())
        self.client.with_suffix(".pub").write_bytes(key.export_public_key())

    def make_pgp(self) -> None:
        """Make the pair of keys for encrypted files."""
        key = pysequoia.Tsk.generate("Event files <files@example.com>")
        write_secret(self.pgp_private, str(key))
        self.pgp_public.write_text(str(key.extract_certificate()), "ascii")

    @property
    def host_key_path(self) -> Path:
        """The private key of the server."""
        return self.folder / "host_key"

    def host_key(self) -> asyncssh.SSHKey:
        """Return the key of the server."""
        return asyncssh.read_private_key(self.host_key_path)

    def renew_host_key(self) -> asyncssh.SSHKey:
        """Give the server another key."""
        key = self.generate()
        write_secret(self.host_key_path, key.export_private_key().decode())
        return key

    def generate(self) -> asyncssh.SSHKey:
        """Make a key of the kind that the server's age asks for."""
        if self.legacy:
            return asyncssh.generate_private_key("ssh-rsa", key_size=2048)
        return asyncssh.generate_private_key("ssh-ed25519")


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, "ascii")
