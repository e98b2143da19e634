"""Read the lists that Responsys answers: entries, names, columns."""

from collections.abc import Mapping
from typing import Any

Entry = Mapping[str, Any]


def listed(answer: Any, *wrappers: str) -> list[Entry]:
    """Return the entries of a listing: an array, or in an object's ``items``, ``fields`` or ``wrappers``."""
    entries = answer
    if isinstance(answer, dict):
        entries = next((answer[name] for name in ("items", "fields", *wrappers) if name in answer), None)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def known(answer: Any, key: str, *wrappers: str) -> list[str]:
    """Return the names in a listing."""
    return [entry[key] for entry in listed(answer, *wrappers) if isinstance(entry.get(key), str)]


def columns(answer: Any) -> dict[str, str]:
    """Return the columns in an answer with their types, in upper case as Responsys has them."""
    return {
        entry["fieldName"].upper(): str(entry.get("fieldType")).upper()
        for entry in listed(answer)
        if isinstance(entry.get("fieldName"), str)
    }
