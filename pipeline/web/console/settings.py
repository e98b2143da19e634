"""Settings of a record as people read them, under the labels that forms have."""

from collections.abc import Mapping
from typing import Any

from pipeline.records.document_secrets import STORED_SECRET

STORED = "stored"  # in the place of a secret
LEFT_OUT = ("label", "description")  # shown in the head of the page


def label_of(option: str) -> str:
    """Return the label of an option: "Auth endpoint" for ``auth_endpoint``."""
    return option.replace("_", " ").capitalize()


def settings_of(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the label and value of each option of an exported record."""
    return [(label_of(name), value_text(value)) for name, value in document.items() if name not in LEFT_OUT]


def value_text(value: Any) -> str:
    """Write a value on one line; tables as "key = value"."""
    if value == STORED_SECRET:
        return STORED
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {entry_text(each)}" for key, each in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value) or "none"


def entry_text(value: Any) -> str:
    """Write the value of a table's entry: a column with more to say about it has brackets."""
    if not isinstance(value, Mapping):
        return str(value)
    column, *more = (each if at == "column" else f"{at} {each}" for at, each in sorted(value.items()))
    return f"{column} ({', '.join(more)})" if more else str(column)
