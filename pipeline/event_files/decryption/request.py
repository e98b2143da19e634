"""Requests of decryption: a file, its target, and the key that opens it; they travel by a pipe alone."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

TRY = "try"  # the word by which a child tries a key, and decrypts nothing
EXPORT = "`gpg --armor --export-secret-keys ADDRESS` writes one"
WAY_OUT = 'pgp = "gnupg" in the connector may read it'


class UnreadableMessage(Exception):
    """Why a message cannot be decrypted, in words; the target's content must not be used."""


class UnusableKey(Exception):
    """Why the private key cannot be used for any message."""


@dataclass(frozen=True)
class DecryptionRequest:
    """One file to decrypt."""

    source: Path
    target: Path
    private_key: str = field(repr=False)
    passphrase: str = field(default="", repr=False)

    def dumps(self) -> bytes:
        """Write it for the child."""
        return json.dumps({**asdict(self), "source": str(self.source), "target": str(self.target)}).encode()

    @classmethod
    def loads(cls, text: str) -> "DecryptionRequest":
        """Read the text of ``dumps``."""
        values = json.loads(text)
        return cls(
            Path(values["source"]), Path(values["target"]), values["private_key"], values["passphrase"]
        )


class Decrypt(Protocol):
    """Decrypts with one library."""

    def __call__(self, request: DecryptionRequest) -> None:
        """Write the plaintext to the target; raises UnreadableMessage or UnusableKey."""
