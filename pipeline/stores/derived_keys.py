"""Keys for other purposes than encrypting secrets, derived from the secret keys."""

from base64 import urlsafe_b64decode

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipeline.errors import Misconfigured
from pipeline.stores.secret_key import read_key
from pipeline.stores.vault import KeySettings, kept_key

SIZE = 32  # bytes


def derived_keys(settings: KeySettings, purpose: str) -> list[bytes]:
    """Return one key for each secret key, the newest first; none while there is no secret key to be read."""
    try:
        secret_keys = settings.secret_keys or (read_key(kept_key(settings)),)
    except (OSError, Misconfigured):
        return []
    return [derive(urlsafe_b64decode(key), purpose) for key in secret_keys]


def derive(secret: bytes, purpose: str) -> bytes:
    """Return the key of a secret for one purpose; it tells nothing of the secret or of other purposes."""
    return HKDF(SHA256(), SIZE, salt=None, info=purpose.encode()).derive(secret)
