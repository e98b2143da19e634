"""The key that secrets are encrypted with when the environment names none: a file in the data folder."""

import base64
import binascii
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from pipeline.errors import Misconfigured

FILE = "secret.key"


def is_key(text: str) -> bool:
    """True when ``text`` is a Fernet key: 32 bytes as URL-safe base64."""
    try:
        return len(base64.b64decode(text.encode(), altchars=b"-_", validate=True)) == 32
    except (binascii.Error, UnicodeEncodeError):
        return False


def key_in(folder: Path) -> str:
    """Return the key kept in ``folder``, made on first use; a second process reads the first one's.

    Raises:
        OSError: the file can be neither read nor made.
        Misconfigured: it holds something else than a key.
    """
    path = folder / FILE
    if not path.exists():
        create(path)
    return read_key(path)


def read_key(path: Path) -> str:
    """Return the key in a file; raises OSError and Misconfigured as ``key_in`` does."""
    key = path.read_text(encoding="ascii", errors="replace").strip()
    if not is_key(key):
        raise Misconfigured(
            f"{path} does not hold a key; put the right one back, or set ACTIVATION_SECRET_KEY"
        )
    return key


def create(path: Path) -> None:
    """Write a new key, readable by its owner only, unless another process was faster.

    The file appears under its name complete or not at all, so no process reads half a key.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{FILE}-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.urlsafe_b64encode(os.urandom(32)) + b"\n")
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)
