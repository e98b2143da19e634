"""Messages of validation, as lines for people."""

from collections.abc import Iterator
from typing import Any


def flatten(messages: Any, path: str = "") -> Iterator[str]:
    """Give each of marshmallow's messages with its path, as in "identifiers.email: This must be text."."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from flatten(inner, path if name == "_schema" else f"{path}.{name}" if path else str(name))
    else:
        for message in messages:
            yield f"{path}: {message}" if path else message
