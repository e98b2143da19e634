"""Findings about fields: a path that leads nowhere, a type that does not fit, a picklist that is not covered.

Each is a sentence with its way out; no sentence: nothing is wrong.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from pipeline.model.looking import likely
from pipeline.model.mapped_variable import MappedVariable
from pipeline.salesforce.org_schema import COMPOUND, FITTING, FieldDescription, ObjectDescription, OrgSchema

PICKLISTS = ("picklist", "multipicklist")
CLOSE = 0.8  # likeness of a name that may be misspelt; of a hidden field another is seldom meant
MOST_NAMED = 5  # values of a picklist in one sentence


class NoSuchField(Exception):
    """A path leads to no field; the text says where it ends."""


def find_field(schema: OrgSchema, name: str, path: str) -> FieldDescription:
    """Return the field of an object that a path leads to; raises NoSuchField."""
    described = schema.describe(name)
    if "." not in path:
        return own_field(described, path)
    relationship, _, field = path.partition(".")
    reference = described.reference_by(relationship)
    if reference is None:
        known = {each.relationship for each in described.fields.values()} - {""}
        hint = likely(relationship, known, CLOSE) or ": correct the path"
        raise NoSuchField(f'{name} has no parent "{relationship}"{hint}')
    parents = [schema.describe(target) for target in reference.targets if target in schema.names]
    for parent in parents:
        if field in parent.fields:
            return parent.fields[field]
    if not parents:
        raise NoSuchField(f'our user may not see the parent "{relationship}" of {name}: give it access')
    return own_field(parents[0], field)


def own_field(described: ObjectDescription, name: str) -> FieldDescription:
    """Return a field of an object; raises NoSuchField with the way out."""
    found = described.fields.get(name)
    if found is not None:
        return found
    spelt = {each.lower(): each for each in described.fields}.get(name.lower())
    if spelt is not None:
        raise NoSuchField(f'{described.name} writes the field "{name}" as "{spelt}": write it so')
    raise NoSuchField(no_field(described.name, name, described.fields))


def no_field(owner: str, name: str, names: Collection[str], way_out: str = "correct the name") -> str:
    """Say that our user sees no such field: a hidden one looks like one that is not there."""
    lack = f'{owner} has no field "{name}", or our user may not see it'
    return f"{lack}: let our user see it, or {way_out}{likely(name, names, CLOSE)}"


def reading_problems(
    owner: str, path: str, field: FieldDescription, variable: MappedVariable
) -> Iterator[str]:
    """Yield why the values of a field do not become those of a variable."""
    place = f'"{path}" of {owner}'
    if field.type in COMPOUND:
        yield f'{place} is made of several fields: name one of them, such as "MailingCity"'
    elif field.type not in FITTING[variable.type]:
        yield f'{place} is of type {field.type}: "{variable.name}" must be {fitting_types(field)}'
    elif variable.type == "choice" and variable.values and field.values:
        yield from choice_problems(place, field, variable)


def choice_problems(place: str, field: FieldDescription, variable: MappedVariable) -> Iterator[str]:
    """Yield the values that a picklist or a mapping has alone."""
    lacking = [value for value in field.values if value not in variable.values]
    if lacking and variable.other is None:
        remedy = f'add it to the values of "{variable.name}", or give "other"'
        yield f"{place} may be {values_text(lacking)}: {remedy}"
    strange = [value for value in variable.values if value not in field.values]
    if strange:
        yield f'{place} is never {values_text(strange)}: correct the values of "{variable.name}"'


def writing_problems(owner: str, field: FieldDescription, *, is_created: bool) -> Iterator[str]:
    """Yield why a field cannot be written; a record that is only created takes fields of creations."""
    place = f'"{field.name}" of {owner}'
    if field.calculated:
        yield f"{place} is a formula, which nobody writes: write the fields that it is made of"
    elif field.type in COMPOUND:
        yield f'{place} is made of several fields: write them one by one, such as "MailingCity"'
    elif not field.updateable and not (is_created and field.createable):
        yield f"{place} cannot be written by our user: let it edit the field, or leave it out"


def strange_values(owner: str, field: FieldDescription, values: Iterable[Any]) -> Iterator[str]:
    """Yield the named values that a picklist does not have."""
    texts = [part for value in values if isinstance(value, str) for part in value.split(";")]
    strange = [text for text in dict.fromkeys(texts) if text not in field.values]
    if field.type in PICKLISTS and field.values and strange:
        there = values_text(list(field.values))
        yield f'"{field.name}" of {owner} is never {values_text(strange)}: correct it; there are: {there}'


def length_problem(owner: str, field: FieldDescription, variable: MappedVariable) -> str | None:
    """Say that a field takes less than a variable may have, None if it takes all."""
    most = variable.length or 0
    if not field.length or most <= field.length or field.type in PICKLISTS:
        return None
    return (
        f'"{field.name}" of {owner} takes {field.length:,} characters, "{variable.name}" may have {most:,}: '
        f'give length = {field.length}, with "cut" in its form if longer ones shall be cut'
    )


def values_text(values: list[str]) -> str:
    """Name a few values."""
    shown = ", ".join(f'"{value}"' for value in values[:MOST_NAMED])
    return shown if len(values) <= MOST_NAMED else f"{shown} and {len(values) - MOST_NAMED} more"


def fitting_types(field: FieldDescription) -> str:
    """Name the types that variables of a field may have."""
    fitting = [kind for kind, types in FITTING.items() if field.type in types]
    return f"of type {' or '.join(fitting)}" if fitting else "another field"
