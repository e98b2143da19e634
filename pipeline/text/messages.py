"""Messages of validation, as lines for people."""

from collections.abc import Iterable, Iterator
from typing import Any


def flatten(messages: Any, path: str = "") -> Iterator[str]:
    """Give each of marshmallow's messages with its path, as in "identifiers.email: This must be text."."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from flatten(inner, path if name == "_schema" else f"{path}.{name}" if path else str(name))
    else:
        for message in [messages] if isinstance(messages, str) else messages:
            yield f"{path}: {message}" if path else message


def listed(names: Iterable[str]) -> str:
    """Write names for a message: "acme, northwind", or "none"."""
    return ", ".join(sorted(names)) or "none"


def unknown(kind: str, name: str, names: Iterable[str]) -> str:
    """Say that a ``kind`` of this name does not exist, and which ones do."""
    return f'{kind} "{name}" does not exist; there are: {listed(names)}'
