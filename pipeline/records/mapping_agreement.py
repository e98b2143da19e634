"""Agreement of mappings: each that a record names is there, has fields for it, and values that fit."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from pipeline.model.mapped_variable import MappedVariable
from pipeline.model.record_condition import read_condition, type_problems
from pipeline.model.variable_values import DoesNotFit
from pipeline.records.documents import Documents
from pipeline.records.record_reading import mapping
from schemas.configuration_fields import not_there
from schemas.document import quoted

USERS = ("sources", "destinations")  # sections of records that may name a mapping


def users_of_mapping(name: str, documents: Documents) -> list[str]:
    """Name the records that use a mapping."""
    return sorted(user for _, user, used in mappings_named(documents) if used == name)


def mappings_named(documents: Documents) -> Iterator[tuple[str, str, str]]:
    """Yield the section and name of each record that names a mapping, and the mapping."""
    for section in USERS:
        for name, document in documents.get(section, {}).items():
            if isinstance(used := document.get("mapping"), str):
                yield section, name, used


def unknown_mappings(documents: Documents, stored: Collection[str]) -> list[str]:
    """Return a problem for each mapping that is neither in the file nor stored."""
    known = {*documents.get("mappings", {}), *stored}
    return [
        f"{section}.{name}.mapping: {not_there(used, 'a mapping', known)}"
        for section, name, used in mappings_named(documents)
        if used not in known
    ]


def lost_mappings(after: Documents) -> Iterator[str]:
    """Yield a problem for each mapping that a record names and that is not there."""
    yield from unknown_mappings(after, ())


def mappings_without_fields(after: Documents) -> Iterator[str]:
    """Yield a problem for each record of an object that its mapping has no field of."""
    for section, name, used in mappings_named(after):
        owner = after[section][name].get("object")
        if isinstance(owner, str) and not mapping(used, after["mappings"][used]).fields_for(owner):
            yield f'{section}.{name}.mapping: "{used}" has no field of {owner}'


def wrong_comparisons(after: Documents) -> Iterator[str]:
    """Yield a problem for each condition of a source that compares a field with values of another type."""
    for section, name, used in mappings_named(after):
        document = after[section][name]
        if isinstance(where := document.get("where"), Mapping):
            kinds = mapping(used, after["mappings"][used]).kinds_for(str(document.get("object")))
            for path, text in type_problems(read_condition(where), kinds):
                yield f"{section}.{name}.where.{quoted(path)}: {text}"


def values_that_do_not_fit(after: Documents) -> Iterator[str]:
    """Yield a problem for each value that a mapping itself writes, and that its variable cannot have."""
    for name, document in after["mappings"].items():
        for variable in mapping(name, document).variables.values():
            for key, text in unfit_values(variable):
                yield f"mappings.{name}.{variable.name}.{key}: {text}"


def unfit_values(variable: MappedVariable) -> Iterator[tuple[str, str]]:
    """Yield "default" and "create" with the reason, where they do not fit."""
    given: Mapping[str, Any] = {"default": variable.default, "create": variable.create}
    for key, value in given.items():
        try:
            if value is not None and variable.write(value) is None:
                yield key, "leaves nothing to write after its forms"
        except DoesNotFit as error:
            yield key, str(error)


MAPPING_CHECKS: tuple[Callable[[Documents], Iterator[str]], ...] = (
    lost_mappings,
    mappings_without_fields,
    wrong_comparisons,
    values_that_do_not_fit,
)
