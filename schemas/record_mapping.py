"""A mapping as it is configured: named variables, and the fields of Salesforce that each stands for."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import ValidationError
from marshmallow.error_store import merge_errors

from schemas.configuration_fields import LONGEST, Field
from schemas.document import Table
from schemas.mapped_variable import MappedVariableDocument
from schemas.opt_out_fields import opt_out_problem
from schemas.record_words import EVERY_OBJECT

VARIABLE = re.compile(rf"[^\x00-\x1f\x7f]{{1,{LONGEST}}}")
VARIABLE_RULE = f"the name of a variable has 1 to {LONGEST} characters, none of them a control character"
MOST_VARIABLES = 500


class VariableField(Field):
    """A variable within a mapping."""

    def read(self, value: Any) -> dict[str, Any]:
        """Read it by its schema."""
        if not isinstance(value, Mapping):
            raise ValidationError("must be a table")
        loaded: dict[str, Any] = MappedVariableDocument().load(value)
        return loaded


class MappingField(Table):
    """One mapping: variables by their names, no two of them for one field."""

    def __init__(self, **options: Any) -> None:
        super().__init__(VariableField(), VARIABLE, VARIABLE_RULE, **options)

    def read(self, value: Any) -> dict[str, Any]:
        """Refuse two variables for one field, and fields of consent."""
        if isinstance(value, Mapping) and not 1 <= len(value) <= MOST_VARIABLES:
            raise ValidationError(f"must name 1 to {MOST_VARIABLES} variables")
        problems: Any = {}
        variables: Any
        try:
            variables = super().read(value)
        except ValidationError as error:
            variables, problems = error.valid_data or {}, error.messages
        whole = {name: one for name, one in variables.items() if one and "salesforce" in one}
        found = {name: {"salesforce": texts} for name, texts in field_problems(whole)}
        if problems or found:
            raise ValidationError(merge_errors(problems, found), valid_data=variables)  # type: ignore[no-untyped-call]
        loaded: dict[str, Any] = variables
        return loaded


def field_problems(variables: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    """Yield variables with the problems of their fields: taken by another variable, or for consents alone."""
    taken: dict[str, dict[str, str]] = {}  # object, field in lower case: the first variable
    for name, document in variables.items():
        problems = []
        for owner, path in places_of(document):
            first = first_with(taken, owner, path.lower())
            if first is None:
                taken.setdefault(owner, {})[path.lower()] = name
            else:
                problems.append(f'"{path}" is the field of "{first}" already')
            if problem := opt_out_problem(path):
                problems.append(problem)
        if problems:
            yield name, problems


def places_of(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the objects of a variable with their paths, but for those that are none."""
    given = document["salesforce"]
    if isinstance(given, str):
        return [(EVERY_OBJECT, given)]
    return [(owner, path) for owner, path in given.items() if path is not None]


def first_with(taken: Mapping[str, Mapping[str, str]], owner: str, path: str) -> str | None:
    """Return the variable that has a path of an object, or of every object, already."""
    owners = taken if owner == EVERY_OBJECT else (owner, EVERY_OBJECT)
    return next((taken[each][path] for each in owners if path in taken.get(each, {})), None)
