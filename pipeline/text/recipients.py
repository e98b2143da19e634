"""Recipients: the person that a row is about, by a short hash that tells rows of one person."""

from hashlib import blake2b


def recipient_hash(value: str) -> str:
    """Hash the value that names a recipient to 16 hex digits, by which its rows are recognised."""
    return blake2b(value.encode(), digest_size=8).hexdigest()
