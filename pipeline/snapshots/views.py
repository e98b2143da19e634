"""Views: the identifiers and variables of a profile that one destination sends, compares and stores."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec

from pipeline.model.action import Action
from pipeline.model.activation import NUMBER_OR_NAME, Activation
from pipeline.text.rendering import render

ALL = "*"
NOTHING = "{}"  # the content of a profile that is known by its id alone


@dataclass(frozen=True)
class View:
    """A choice of identifiers and variables; ``names`` None: all."""

    names: frozenset[str] | None = None

    @property
    def key(self) -> str:
        """Name the choice, the same in every process."""
        return ALL if self.names is None else hashed(sorted(self.names))

    def __call__(self, activation: Activation) -> tuple[str, str]:
        """Return the digest of an activation's chosen values, and these values as JSON.

        The digest is made from the values as they will be sent: 7 in one file and "7" in another are equal.
        """
        identifiers = self.chosen(activation.identifiers)
        variables = self.chosen(activation.variables)
        rendered = sorted((name, render(value)) for name, value in variables.items())
        return hashed([sorted(identifiers.items()), rendered]), dumps(identifiers, variables)

    def chosen(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the chosen ones of these values."""
        if self.names is None:
            return values
        return {name: value for name, value in values.items() if name in self.names}


def view_of(action: Action) -> View:
    """Return the view of the attributes that an action exports."""
    names = action.attributes()
    return View(None if names is None else frozenset(by_name(names)))


def by_name(names: Iterable[str]) -> Iterable[str]:
    """Write partner numbers as names, as activations have them."""
    return (NUMBER_OR_NAME[name] if name.isdigit() and name in NUMBER_OR_NAME else name for name in names)


def hashed(value: Any) -> str:
    """Return a short digest."""
    return blake2b(msgspec.json.encode(value), digest_size=12).hexdigest()


def dumps(identifiers: Mapping[str, str], variables: Mapping[str, Any]) -> str:
    """Write the content that is stored of a profile, as canonical JSON."""
    return msgspec.json.encode([identifiers, variables], order="sorted").decode()


def loads(content: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Read identifiers and variables that ``dumps`` wrote; both are empty if only the id is known."""
    if content == NOTHING:
        return {}, {}
    identifiers, variables = msgspec.json.decode(content)
    return identifiers, variables
