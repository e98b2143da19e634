"""Keys: the columns of a list by which a row is found, with their values.

=======================  ==========================================================================
column                   filled with
=======================  ==========================================================================
``EMAIL_ADDRESS_``       the address, trimmed
``EMAIL_SHA256_HASH_``   the SHA-256 that was given, or that of the trimmed, lower-cased address
``EMAIL_MD5_HASH_``      the MD5 that was given, or that of the trimmed, lower-cased address
``RIID_``                its digits
any other                the value as it was given
=======================  ==========================================================================

``hashed_email`` is a SHA-256 and nothing else; where it is missing, ``email`` takes its place.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import md5

from pipeline.model.activation import Activation
from pipeline.responsys import mapped
from pipeline.responsys.addresses import is_address
from pipeline.responsys.identifiers import DIGITS, SHA256, hash_email

HASHES = ("EMAIL_MD5_HASH_", "EMAIL_SHA256_HASH_")
HASHED, PLAIN = "hashed_email", "email"
MD5 = re.compile(r"[0-9A-Fa-f]{32}")


class Unusable(ValueError):
    """A value that its column cannot be filled with; says why, without the value."""


@dataclass(frozen=True)
class Key:
    """One of the columns, and the identifier or variable that fills it."""

    source: str
    column: str

    def given(self, row: Activation) -> str | None:
        """Return the value that the row gives for it, as it came; None if it gives none."""
        text = mapped.text(row, self.source)
        if text is None and self.source == HASHED:
            text = row.identifier(PLAIN)
        return text if text and not text.isspace() else None

    def value(self, row: Activation) -> str:
        """Return the text that fills the column.

        Raises:
            Unusable: there is no value, or it is malformed.
        """
        text = self.given(row)
        if text is None:
            raise Unusable("is missing")
        if self.source == HASHED and row.identifier(HASHED) and not SHA256.fullmatch(text):
            raise Unusable("is not a SHA-256 in 64 hex digits")
        return FILL.get(self.column, str)(text)

    def problem(self, row: Activation) -> str | None:
        """Say why the column cannot be filled."""
        try:
            self.value(row)
        except Unusable as why:
            return f'"{self.source}" for {self.column} {why}'
        return None


def address(text: str) -> str:
    """Return an address; a bad one may have the whole call refused."""
    if not is_address(text.strip()):
        raise Unusable("is not an e-mail address that can be sent to")
    return text.strip()


def riid(text: str) -> str:
    """Return a recipient id."""
    if not DIGITS.fullmatch(text.strip()):
        raise Unusable("is not a number")
    return text.strip()


def sha256_hash(text: str) -> str:
    """Return a hash as it is, or that of an address."""
    return hashed(text, SHA256, hash_email, "a SHA-256 in 64 hex digits")


def md5_hash(text: str) -> str:
    """Return a hash as it is, or that of an address."""
    return hashed(text, MD5, md5_email, "an MD5 in 32 hex digits")


def hashed(text: str, form: re.Pattern[str], make: Callable[[str], str], form_name: str) -> str:
    """Return ``text`` when it has the form of a hash, else make one of the address that it is."""
    if form.fullmatch(text.strip()):
        return text.strip().lower()
    if not is_address(text.strip()):
        raise Unusable(f"is neither {form_name} nor an e-mail address")
    return make(text)


def md5_email(email: str) -> str:
    """Hash an address the older way."""
    return md5(email.strip().lower().encode(), usedforsecurity=False).hexdigest()


FILL: dict[str, Callable[[str], str]] = {
    "EMAIL_ADDRESS_": address,
    "RIID_": riid,
    "EMAIL_SHA256_HASH_": sha256_hash,
    "EMAIL_MD5_HASH_": md5_hash,
}
