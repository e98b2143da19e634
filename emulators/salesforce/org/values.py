"""Values of a write: read from JSON by the type of their field, and refused as Salesforce refuses them.

Codes: SOAP API Developer Guide, ``sforce_api_calls_concepts_core_data_objects.htm``.
"""

import re
from collections.abc import Callable
from typing import Any

from emulators.salesforce.messages.errors import RowError
from emulators.salesforce.messages.moments import read_day, read_moment
from emulators.salesforce.org.field import NUMBERS, Field
from emulators.salesforce.org.ids import read_id

ADDRESS = re.compile(r"[^\s@,;<>()]+@[^\s@.,;<>()]+(?:\.[^\s@.,;<>()]+)+")


def read_value(field: Field, value: Any) -> Any:
    """Return the value as it is stored, None for null and for an empty text; raises RowError."""
    if value is None or value == "":
        return None
    if field.type == "boolean":
        return value if isinstance(value, bool) else wrong_type(field, value)
    if field.type in NUMBERS:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return value if is_number else wrong_type(field, value)
    if not isinstance(value, str):
        wrong_type(field, value)
    return READERS.get(field.type, read_text)(field, value)


def wrong_type(field: Field, value: Any) -> None:
    """Refuse a JSON value of another type."""
    kind = type(value).__name__
    raise RowError("JSON_PARSER_ERROR", f"Cannot deserialize instance of {field.type} from {kind} value")


def read_text(field: Field, value: str) -> str:
    """Return a text that is not too long."""
    if field.length and len(value) > field.length:
        reason = f"{field.label}: data value too large: {value} (max length={field.length})"
        raise RowError("STRING_TOO_LONG", reason, (field.name,))
    return value


def read_email(field: Field, value: str) -> str:
    """Return an address."""
    if not ADDRESS.fullmatch(value):
        reason = f"{field.label}: invalid email address: {value}"
        raise RowError("INVALID_EMAIL_ADDRESS", reason, (field.name,))
    return read_text(field, value)


def read_choice(field: Field, value: str) -> str:
    """Return a value of a picklist; a restricted picklist refuses values that it does not have."""
    if field.restricted and not set(value.split(";")) <= set(field.values):
        reason = f"{field.label}: bad value for restricted picklist field: {value}"
        raise RowError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", reason, (field.name,))
    return read_text(field, value)


def read_reference(field: Field, value: str) -> str:
    """Return an id; whether its record exists is looked at later."""
    try:
        return read_id(value)
    except ValueError as error:
        reason = f"{field.label}: id value of incorrect type: {value}"
        raise RowError("MALFORMED_ID", reason, (field.name,)) from error


def read_by(read: Callable[[str], Any]) -> Callable[[Field, str], Any]:
    """Return a reader of days or moments."""

    def reader(field: Field, value: str) -> Any:
        try:
            return read(value)
        except ValueError:
            return wrong_type(field, value)

    return reader


READERS: dict[str, Callable[[Field, str], Any]] = {
    "email": read_email,
    "picklist": read_choice,
    "multipicklist": read_choice,
    "reference": read_reference,
    "date": read_by(read_day),
    "datetime": read_by(read_moment),
}
