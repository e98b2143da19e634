"""Vault: passwords and login tokens are encrypted before they go into a store."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from pipeline.errors import Misconfigured
from pipeline.stores.secret_key import FILE, key_in, read_key

NO_KEY = "there is no secret key: set ACTIVATION_SECRET_KEY, or make ACTIVATION_DATA_DIR a folder to write in"
NO_KEY_FITS = (
    "it was encrypted with another secret key: add the former one behind the comma in ACTIVATION_SECRET_KEY, "
    "or put secret.key back into the data folder, or apply the record again with its password"
)

LOST_KEY = (
    "{file} is missing, and stored secrets were encrypted with it: put it back, or set "
    "ACTIVATION_SECRET_KEY; if it is lost, `activation adopt --secret-key` makes a new one, "
    "and the records are applied again with their secrets"
)


class KeySettings(Protocol):
    """Settings that say where the secret keys are."""

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The configured keys, newest first; empty: the one in the data folder."""

    @property
    def data_dir(self) -> Path:
        """The folder in which a key is kept when none is configured."""


class Vault:
    """Encrypts with the first of ``keys`` and decrypts with any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise Misconfigured(NO_KEY)
        self.fernet = MultiFernet([Fernet(key) for key in keys])

    @property
    def trouble(self) -> str:
        """Why the vault opens nothing; "" when it has a key."""
        return ""

    def opens(self, token: str) -> bool:
        """Tell whether a key of this vault decrypts ``token``."""
        try:
            self.decrypt(token)
        except Misconfigured:
            return False
        return True

    def encrypt(self, text: str) -> str:
        """Encrypt ``text``."""
        return self.fernet.encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """Decrypt a token of ``encrypt``; raise Misconfigured when no key fits."""
        try:
            return self.fernet.decrypt(token).decode()
        except InvalidToken as error:
            raise Misconfigured(NO_KEY_FITS) from error


class LateVault(Vault):
    """A vault without its key file in the data folder; it opens as soon as the file is back."""

    def __init__(self, settings: KeySettings) -> None:
        self._file = kept_key(settings)

    @property
    def trouble(self) -> str:
        """Why the vault opens nothing; "" when the file is back."""
        return "" if self._file.exists() else LOST_KEY.format(file=self._file)

    @property
    def fernet(self) -> MultiFernet:  # type: ignore[override]
        """The key in the file; raises Misconfigured while there is none."""
        try:
            return MultiFernet([Fernet(read_key(self._file))])
        except OSError as error:
            raise Misconfigured(LOST_KEY.format(file=self._file)) from error


def kept_key(settings: KeySettings) -> Path:
    """Return the file of the key that is used when none is configured."""
    return settings.data_dir / FILE


def open_vault(settings: KeySettings) -> Vault:
    """Return the vault of the configured keys, or of the key in the data folder, which is made on first use.

    Raises Misconfigured when no key is configured and the data folder can neither hold nor give one.
    """
    if settings.secret_keys:
        return Vault(settings.secret_keys)
    try:
        return Vault((key_in(settings.data_dir),))
    except OSError as error:
        raise Misconfigured(NO_KEY) from error
