"""A variable of a mapping: its fields in Salesforce, and the two functions between them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from pipeline.model.variable_forms import LOSING, former_of
from pipeline.model.variable_values import (
    DoesNotFit,
    as_day,
    as_email,
    as_flag,
    as_id,
    as_number,
    as_phone,
    as_set,
    as_text,
    as_whole,
    read_moment,
    rounded,
    write_moment,
)

Convert = Callable[[Any], Any]

READERS: Mapping[str, Convert] = {
    "text": as_text,
    "choice": as_text,
    "flag": as_flag,
    "whole": as_whole,
    "number": as_number,
    "day": as_day,
    "moment": read_moment,
    "set": as_set,
    "email": as_email,
    "id": as_id,
}
LENGTHS: Mapping[str, int] = {"email": 80, "phone": 40}  # characters, of fields that say nothing else
FORMED = ("text", "choice", "set", "email", "phone")


@dataclass(frozen=True)
class MappedVariable:
    """One variable, as configured."""

    name: str
    paths: Mapping[str, str]  # by object; "": of every object. A field, or one of a parent: "Account.Name"
    type: str = "text"
    length: int | None = None  # characters
    places: int | None = None  # decimal places
    values: Mapping[str, str] = field(default_factory=dict)  # of a choice: Salesforce's to ours
    other: str | None = None  # the value of a choice that ``values`` does not have
    region: str | None = None  # of phone numbers without a country code
    form: tuple[str, ...] = ()
    null: str = "skip"  # or "blank": a null is written
    default: Any = None  # written in the place of a null
    create: Any = None  # written into new records that would have none

    def path_of(self, owner: str) -> str | None:
        """Return the path of an object, None if the variable has none there."""
        return self.paths.get(owner, self.paths.get(""))

    @property
    def is_two_way(self) -> bool:
        """Whether a value comes back as it went: white space that is trimmed or squeezed does not count."""
        ours = list(self.values.values())
        is_one_to_one = len(set(ours)) == len(ours) and self.other is None
        return is_one_to_one and LOSING.isdisjoint(self.form)

    @cached_property
    def read(self) -> Convert:
        """Turn Salesforce's value into ours, None if nothing is left of it; raises DoesNotFit."""
        return self._converter(self._from_choice, READERS)

    @cached_property
    def write(self) -> Convert:
        """Turn our value into Salesforce's, None if nothing is left of it; raises DoesNotFit."""
        convert = self._converter(self._to_choice, {**READERS, "moment": write_moment})
        most = self.length or LENGTHS.get(self.type)
        return partial(within, convert, most) if most else convert

    def _converter(self, choice: Convert, converters: Mapping[str, Convert]) -> Convert:
        if self.type == "phone":
            convert: Convert = partial(as_phone, region=self.region)
        elif self.type == "choice" and self.values:
            convert = choice
        elif self.type == "number" and self.places is not None:
            convert = partial(rounded, places=self.places)
        else:
            convert = converters[self.type]
        if self.type not in FORMED:
            return convert
        return partial(formed, former_of(self.form, self.length), convert)

    def _from_choice(self, text: str) -> str:
        ours = self.values.get(text, self.other)
        if ours is None:
            raise DoesNotFit("is a value of the picklist that the mapping lacks", for_all=True)
        return ours

    def _to_choice(self, text: str) -> str:
        if text not in self._theirs:
            raise DoesNotFit("is none of the values of the mapping")
        return self._theirs[text]

    @cached_property
    def _theirs(self) -> Mapping[str, str]:
        """Our values to Salesforce's; of several the first."""
        return {ours: theirs for theirs, ours in reversed(list(self.values.items()))}


def formed(form: Callable[[str], str] | None, convert: Convert, value: Any) -> Any:
    """Return the converted value of a text after its forms, None if nothing is left of it."""
    text = as_text(value)
    if form is not None:
        text = form(text)
    return (convert(text) or None) if text else None


def within(convert: Convert, most: int, value: Any) -> Any:
    """Return the converted value, if it has ``most`` characters at most."""
    found = convert(value)
    if isinstance(found, str) and len(found) > most:
        raise DoesNotFit(f"is longer than {most:,} characters")
    return found
