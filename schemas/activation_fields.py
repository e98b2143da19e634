"""The kinds of field that an activation is made of.

Each turns valid input into plain values: exactly str, int, float, bool, None or a datetime with a zone.
No message repeats a value, because identifiers and variables are personal.
"""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields

from schemas.activation_limits import (
    CALL_TYPES,
    FIRST_YEAR,
    HASH,
    IDENTIFIERS,
    LARGEST,
    LAST_YEAR,
    LONGEST,
    PARTNER_NUMBERS,
)
from schemas.moment_text import OutOfRange, read_moment
from schemas.salesforce_id import NoId, WrongSuffix, full_id

NUMERIC = ("riid", "crm_id")  # may be given as a whole number

# No control characters, since these become parts of Redis keys, and no half of a surrogate pair.
PRINTABLE = r"\A[^\x00-\x1f\x7f-\x9f\ud800-\udfff]+\Z"
NAME_LIKE = re.compile(r"[A-Za-z_ -]{1,30}")  # not an address or a number, put there by mistake
REQUIRED = "This is missing; every activation needs it."
NULL = "This must not be null; leave it out when there is none."


class Text(fields.Field[str]):
    """Text of 1 to ``longest`` characters; when ``printable``, without control characters."""

    default_error_messages = {  # noqa: RUF012 -- marshmallow declares it so
        "required": REQUIRED,
        "null": NULL,
        "invalid": "This must be text.",
        "empty": "This must not be empty.",
        "long": "This must have at most {longest} characters.",
        "control": "This must not contain control characters, such as line ends or tabs.",
        "unicode": "This is not valid Unicode: it contains half of a surrogate pair.",
        "nul": "This must not contain NUL, which no database takes.",
    }

    def __init__(self, *, longest: int = LONGEST, printable: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.longest = longest
        self.printable = printable

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        text = self.text(value)
        if self.printable and not re.match(PRINTABLE, text):
            raise self.make_error("control")
        return text

    def text(self, value: Any) -> str:
        """Return ``value`` as exactly a ``str``, within the length."""
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if not value:
            raise self.make_error("empty")
        if len(value) > self.longest:
            raise self.make_error("long", longest=self.longest)
        if not encodable(value):
            raise self.make_error("unicode")
        if "\0" in value and not self.printable:
            raise self.make_error("nul")
        return str.__str__(value)


class CallType(fields.Field[str]):
    """One of ADD, UPDATE and REMOVE."""

    default_error_messages = {  # noqa: RUF012
        "required": "This is missing; it says what happened: ADD, UPDATE or REMOVE.",
        "null": "This must be ADD, UPDATE or REMOVE.",
        "invalid": "This must be ADD, UPDATE or REMOVE, in capitals.",
    }

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str) or value not in CALL_TYPES:
            raise self.make_error("invalid")
        return str.__str__(value)


class Moment(fields.Field[datetime]):
    """An ISO 8601 date and time, or a datetime; without a zone it is taken as UTC."""

    default_error_messages = {  # noqa: RUF012
        "invalid": "This must be a date and time in ISO 8601, such as 2026-11-21T12:00:00Z.",
        "range": f"This must lie between the years {FIRST_YEAR} and {LAST_YEAR}.",
    }

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:
        try:
            return read_moment(value)
        except OutOfRange:
            raise self.make_error("range") from None
        except (TypeError, ValueError) as error:
            raise self.make_error("invalid") from error


class Identifiers(fields.Field[dict[str, str]]):
    """The identifiers of a profile, by name: whole numbers as text, ids of Salesforce as 18 characters."""

    default_error_messages = {  # noqa: RUF012
        "null": NULL,
        "invalid": 'This must be an object, such as {{"email": "..."}}.',
        "unknown": f"There is no such identifier; there are: {', '.join(IDENTIFIERS)}.",
        "twice": 'This and "{other}" are the same identifier with different values; send one of them.',
        "address": 'This is a plain address; put it in "email" and it will be hashed.',
        "digits": "This must be 64 hexadecimal digits: SHA-256 of the trimmed, lower-cased address.",
        "hashed": 'This is a hash and would be hashed again; put it in "hashed_email".',
        "blank": "This must not be blank; leave it out when there is none.",
        "salesforce": "This must be an id of Salesforce: 15 or 18 letters and digits.",
        "suffix": "This is a mangled id: its last three characters do not fit the first 15, or their case.",
        "number": f"This must be text or a whole number from 0 to {LARGEST}.",
    }

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, str]:
        if not isinstance(value, Mapping):
            raise self.make_error("invalid")
        named: dict[str, str] = {}
        given: dict[str, str] = {}  # by which key each was given
        problems: dict[Any, Any] = {}
        for key, entry in value.items():
            try:
                name, text = self.identifier(key, entry)
                if named.setdefault(name, text) != text:
                    raise self.make_error("twice", other=given[name])
                given[name] = key
            except ValidationError as error:
                problems[key if is_name(key) else "…"] = error.messages
        if problems:
            raise ValidationError(problems)
        return named

    def identifier(self, key: Any, value: Any) -> tuple[str, str]:
        """Return the name and the text of one identifier."""
        if not isinstance(key, str) or key not in IDENTIFIERS:
            raise self.make_error("unknown")
        name = PARTNER_NUMBERS.get(key, str.__str__(key))
        text = IDENTIFIER.text(self.numeral(value) if name in NUMERIC else value)
        if text.isspace():
            raise self.make_error("blank")
        if name == "hashed_email" and not HASH.match(text):
            raise self.make_error("address" if "@" in text else "digits")
        if name == "email" and HASH.match(text):
            raise self.make_error("hashed")
        return name, self.salesforce_id(text) if name == "salesforce_id" else text

    def salesforce_id(self, text: str) -> str:
        """Return an id of Salesforce as its 18 characters."""
        try:
            return full_id(text)
        except NoId:
            raise self.make_error("salesforce") from None
        except WrongSuffix:
            raise self.make_error("suffix") from None

    def numeral(self, value: Any) -> Any:
        """Turn a whole number into text; other values stay as they are."""
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            raise self.make_error("number")
        if isinstance(value, int) and not 0 <= value <= LARGEST:
            raise self.make_error("number")
        return str(int(value)) if isinstance(value, int) else value


class Variables(fields.Field[dict[str, Any]]):
    """Variables: names to text, numbers, booleans or null."""

    default_error_messages = {  # noqa: RUF012
        "null": NULL,
        "invalid": 'This must be an object, such as {{"tier": "gold"}}.',
        "nested": "A variable is text, a number, true, false or null; send other things as text.",
        "large": "This number is too large; send it as text.",
        "nan": "This is not a finite number; send null or leave it out.",
    }

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise self.make_error("invalid")
        variables: dict[str, Any] = {}
        problems: dict[Any, Any] = {}
        for name, entry in value.items():
            try:
                variables[NAME.text(name)] = self.variable(entry)
            except ValidationError as error:
                problems[name] = error.messages
        if problems:
            raise ValidationError(problems)
        return variables

    def variable(self, value: Any) -> Any:
        """Return ``value`` as exactly a str, int, float, bool or None."""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self.plain_text(value)
        if isinstance(value, int):
            return int(value) if -LARGEST - 1 <= value <= LARGEST else self.refuse("large")
        if isinstance(value, (float, Decimal)):
            return float(value) if math.isfinite(value) else self.refuse("nan")
        return self.refuse("nested")

    def plain_text(self, value: str) -> str:
        """Return a text that every store takes."""
        if not encodable(value):
            raise IDENTIFIER.make_error("unicode")
        if "\0" in value:
            raise IDENTIFIER.make_error("nul")
        return str.__str__(value)

    def refuse(self, key: str) -> Any:
        """Raise the error with this key."""
        raise self.make_error(key)


class Flag(fields.Field[bool]):
    """Exactly true or false."""

    default_error_messages = {"invalid": "This must be true or false."}  # noqa: RUF012

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


def is_name(key: Any) -> bool:
    """Tell whether a key is or may be the name of an identifier."""
    return isinstance(key, str) and (key in IDENTIFIERS or NAME_LIKE.fullmatch(key) is not None)


IDENTIFIER = Text(printable=False)
NAME = Text(printable=False)


def encodable(text: str) -> bool:
    """Tell whether ``text`` has a UTF-8 form."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
