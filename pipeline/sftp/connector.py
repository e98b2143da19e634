"""A connector to an SFTP server with event files of Responsys."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.model.connector import Connector


@dataclass(frozen=True, kw_only=True)
class SftpConnector(Connector):
    """One login on a file server, with the keys of its files."""

    host: str
    username: str
    private_key: str = field(repr=False)  # OpenSSH's format
    private_key_passphrase: str = field(default="", repr=False)
    port: int = 22
    folder: str = ""  # "": the login's own
    host_key: Sequence[str] = ()  # fingerprints, "SHA256:…"; (): not known yet
    algorithms: str = "modern"  # or "legacy"
    pgp_private_key: str = field(default="", repr=False)  # "": encrypted files cannot be read
    pgp_passphrase: str = field(default="", repr=False)
    pgp: str = "sequoia"  # or "gnupg"
    kind: str = "responsys_sftp"

    @property
    def login_place(self) -> str:
        """Name the user and the place where it logs in."""
        return f"{self.host}:{self.port}\n{self.username}"

    @property
    def place(self) -> str:
        """Name the server in messages: "files.example.com:22"."""
        return f"{self.host}:{self.port}"
