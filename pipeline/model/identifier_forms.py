"""Identifiers of an activation: their names, and the forms of their values, as the schema has them."""

from collections.abc import Callable, Mapping
from typing import Any

from schemas.activation_limits import HASH, PARTNER_NUMBERS
from schemas.salesforce_id import is_full_id

FORMS: Mapping[str, Callable[[str], object]] = {"hashed_email": HASH.match, "salesforce_id": is_full_id}


def identifiers_valid(identifiers: dict[str, str]) -> bool:
    """Tell whether identifiers keep to the schema, once they are named as it does."""
    if len(identifiers) == 1 and type(email := identifiers.get("email")) is str:  # most often
        return "@" in email and " " not in email and email.isprintable()
    for name, value in identifiers.items():
        if type(value) is not str or name in PARTNER_NUMBERS:
            return rename_identifiers(identifiers) and identifiers_valid(identifiers)
        if not value.isprintable() or value.strip() != value:
            return False
        if name == "email":
            if "@" not in value:
                return False
        elif value.isspace() or (name in FORMS and not FORMS[name](value)):
            return False
    return True


def rename_identifiers(identifiers: dict[str, Any]) -> bool:
    """Turn partner numbers into names and numbers into text; False if two get the same name."""
    named = {
        PARTNER_NUMBERS.get(name, name): str(value) if type(value) is int else str.__str__(value)
        for name, value in identifiers.items()
    }
    if len(named) < len(identifiers):
        return False
    identifiers.clear()
    identifiers.update(named)
    return True
