"""The kinds of field that the configuration is made of.

None of them takes one type for another: ``"200"`` is not a number and ``1`` is not true.
"""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from marshmallow import ValidationError, fields

LONGEST = 255  # characters
LONGEST_LIKELY = 64  # characters of a word for which another one is proposed
LARGE = 10**18
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Field(fields.Field[Any], ABC):
    """The base of all fields: how they say that a value is missing."""

    default_error_messages = {"required": "is missing", "null": "must not be null"}  # noqa: RUF012  marshmallow's

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return self.read(value)

    @abstractmethod
    def read(self, value: Any) -> Any:
        """Return ``value`` as loaded, or raise ValidationError."""


class Text(Field):
    """Text that people can read, on one line."""

    def __init__(self, *, slashes: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.slashes = slashes

    def read(self, value: Any) -> str:
        """Refuse text that is empty, too long or cannot be printed."""
        if not isinstance(value, str):
            raise ValidationError("must be text")
        if not value.strip():
            raise ValidationError("must not be empty")
        if len(value) > LONGEST:
            raise ValidationError(f"must not be longer than {LONGEST} characters")
        if CONTROL.search(value):
            raise ValidationError("must not contain control characters")
        if not self.slashes and re.search(r"[/\\]", value):
            raise ValidationError("must not contain slashes")
        return value


class MaybeText(Text):
    """The same, or nothing."""

    def read(self, value: Any) -> str:
        """Take "", too."""
        return "" if value == "" else super().read(value)


class Number(Field):
    """A number of at most ``most``, and at least ``least`` or above ``above``."""

    def __init__(
        self, *, most: float, above: float = -math.inf, least: float = -math.inf, **options: Any
    ) -> None:
        super().__init__(**options)
        self.above, self.least, self.most = above, least, most

    def read(self, value: Any) -> float:
        """Refuse numbers that are out of bounds or not finite."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("must be a number")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValidationError("must be a number")
        if not (value > self.above and self.least <= value <= self.most):
            raise ValidationError(f"must be {self.bounds(value)}{given(value)}")
        return value

    def bounds(self, value: float) -> str:
        """Say in words which bounds ``value`` must keep to."""
        lower = f"above {self.above}" if self.above > -math.inf else f"at least {self.least}"
        return lower if value <= 0 and self.most >= 1000 else f"{lower} and at most {self.most}"


def given(value: float) -> str:
    """Repeat a number, unless it has more digits than anybody reads."""
    return f", not {value}" if abs(value) < LARGE else ""


class Whole(Number):
    """A whole number."""

    def read(self, value: Any) -> int:
        """Refuse fractions."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("must be a whole number")
        return int(super().read(value))


class Flag(Field):
    """True or false."""

    def read(self, value: Any) -> bool:
        """Refuse everything else."""
        if not isinstance(value, bool):
            raise ValidationError("must be true or false")
        return value


class OneOf(Field):
    """One of a few words; ``what`` is their kind in messages: "a kind of connector"."""

    def __init__(self, what: str, choices: Iterable[str], **options: Any) -> None:
        super().__init__(**options)
        self.what, self.choices = what, tuple(choices)

    def read(self, value: Any) -> str:
        """Refuse other words, and propose one that is close."""
        if not isinstance(value, str):
            raise ValidationError("must be text")
        if value not in self.choices:
            raise ValidationError(not_there(value, self.what, self.choices))
        return value


class SomeOf(OneOf):
    """A list of some of the words, each once, at least one."""

    def read(self, value: Any) -> Any:
        """Return them in the order of the choices, in which the order given means nothing."""
        if not isinstance(value, list) or not value:
            raise ValidationError(f"must be a list of at least one of: {', '.join(self.choices)}")
        for word in value:
            super().read(word)
        if len(set(value)) < len(value):
            raise ValidationError("must not name anything twice")
        return [word for word in self.choices if word in value]


def not_there(value: str, what: str, choices: Iterable[str]) -> str:
    """Say that ``value`` is not ``what``; propose a close choice, or list all."""
    known = sorted(choices)
    likely = len(known) > 1 and len(value) <= LONGEST_LIKELY
    close = get_close_matches(value, known, n=1) if likely else []
    proposal = f'did you mean "{close[0]}"? ' if close else ""
    return f'"{value[:LONGEST]}" is not {what}; {proposal}{there_are(known)}'


def there_are(choices: Iterable[str]) -> str:
    """Name the choices."""
    known = sorted(choices)
    return f"there {'is' if len(known) == 1 else 'are'}: {', '.join(known) or 'none'}"
