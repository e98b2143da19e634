"""Mappings: names of identifiers or variables, and the column that each fills."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from schemas.configuration_fields import LONGEST, Field, Text
from schemas.document import Table

SOURCE = re.compile(rf".{{1,{LONGEST}}}", re.DOTALL)
SOURCE_RULE = f"the name of an identifier or variable has 1 to {LONGEST} characters"


class Mapped(Table):
    """A table of at most ``most`` sources and their targets, which are told apart without regard to case.

    A list of names stands for a table in which every source keeps its name.
    """

    def __init__(self, target: Field, *, least: int = 0, most: int | None = None, **options: Any) -> None:
        super().__init__(target, SOURCE, SOURCE_RULE, **options)
        self.least, self.most = least, most

    def read(self, value: Any) -> dict[str, str]:
        """Refuse two values for one target."""
        if not isinstance(value, list | Mapping):
            raise ValidationError("must be a table or a list of names")
        try:
            targets: dict[str, str] = super().read(by_name(value) if isinstance(value, list) else value)
        except ValidationError as error:  # options half read cannot be checked further
            raise ValidationError(error.messages) from None
        if len(targets) < self.least:
            raise ValidationError(f"must name at least {self.least}")
        if self.most is not None and len(targets) > self.most:
            raise ValidationError(f"must not name more than {self.most}, not {len(targets)}")
        if problems := collisions(targets):
            raise ValidationError(problems)
        return targets


def by_name(names: list[Any]) -> dict[str, str]:
    """Return the table that a list of names stands for."""
    for name in names:
        Text().read(name)
    if len(set(names)) < len(names):
        raise ValidationError("must not name anything twice")
    return dict(zip(names, names, strict=True))


def collisions(targets: Mapping[str, str]) -> dict[str, list[str]]:
    """Say which sources share a target."""
    first: dict[str, str] = {}
    problems: dict[str, list[str]] = {}
    for source, target in targets.items():
        other = first.setdefault(target.upper(), source)
        if other != source:
            problems[source] = [f'"{target}" gets the value of "{other}" already']
    return problems
