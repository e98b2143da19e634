"""The fields that a destination writes, each with its source and the mapping that says how it is written."""

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.model.mapped_variable import MappedVariable
from pipeline.model.mapping import RecordMapping
from pipeline.salesforce.actions.found_record import LEAD
from pipeline.salesforce.actions.values import FieldSource

Mappings = Mapping[str, RecordMapping]


def field_sources(options: Mapping[str, Any], mappings: Mappings) -> tuple[FieldSource, ...]:
    """Return the fields of the options ``fields``, in the order of their names."""
    chosen = mappings_of(options, mappings)
    pairs = sorted(options["fields"].items(), key=lambda pair: str(pair[1]))
    return tuple(FieldSource(source, field, variable_for(source, field, chosen)) for source, field in pairs)


def mappings_of(options: Mapping[str, Any], mappings: Mappings) -> list[RecordMapping]:
    """Return the mapping that a destination names; without one, all that have one of its variables."""
    if named := options.get("mapping"):
        return [mappings[named]] if named in mappings else []
    pairs = options["fields"].items()
    every = (mapping for _, mapping in sorted(mappings.items()))
    return [each for each in every if any(variable_for(source, field, [each]) for source, field in pairs)]


def variable_for(source: str, field: str, mappings: Iterable[RecordMapping]) -> MappedVariable | None:
    """Return the variable of that name that some object has in the field, of the first mapping with one."""
    for mapping in mappings:
        variable = mapping.variables.get(source)
        if variable is not None and field in variable.paths.values():
            return variable
    return None


def created_values(options: Mapping[str, Any], mappings: Mappings) -> dict[str, Any]:
    """Return the values of a new lead for fields that would be empty."""
    found: dict[str, Any] = {}
    for mapping in mappings_of(options, mappings):
        for field, value in mapping.write(LEAD, {}, creating=True).values.items():
            found.setdefault(field, value)
    return found
