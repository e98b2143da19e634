"""Encrypt what must not lie about in the stores: passwords and login tokens."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from pipeline.errors import Misconfigured

NO_KEY = "there is no secret key: set ACTIVATION_SECRET_KEY, or make ACTIVATION_DATA_DIR a folder to write in"
NO_KEY_FITS = (
    "it was encrypted with another secret key: add the former one behind the comma in ACTIVATION_SECRET_KEY, "
    "or put secret.key back into the data folder, or apply the record again with its password"
)


class Vault:
    """Encrypts with the first of ``keys`` and decrypts with any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise Misconfigured(NO_KEY)
        self.fernet = MultiFernet([Fernet(key) for key in keys])

    def encrypt(self, text: str) -> str:
        """Encrypt ``text``."""
        return self.fernet.encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """Decrypt what ``encrypt`` returned; raise Misconfigured when no key fits."""
        try:
            return self.fernet.decrypt(token).decode()
        except InvalidToken as error:
            raise Misconfigured(NO_KEY_FITS) from error
