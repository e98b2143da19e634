"""Values of rows as fields of Salesforce, and whether a record has them already."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.model.activation import Activation
from pipeline.model.mapped_variable import MappedVariable
from pipeline.model.mapping import ABSENT, written
from pipeline.model.variable_values import DoesNotFit, as_id, moment_of

# Salesforce takes it for a value of another request in the same call.
REFERENCE = re.compile(r"@\{[A-Za-z0-9_]")


@dataclass(frozen=True)
class FieldSource:
    """A field, the identifier or variable that fills it, and the variable of a mapping that says how."""

    source: str
    field: str
    variable: MappedVariable | None = None

    def value(self, row: Activation) -> Any:
        """Return the value as it is written: ABSENT leaves the field as it is; raises DoesNotFit."""
        identifier = row.identifier(self.source)
        value = identifier if identifier is not None else row.variables.get(self.source, ABSENT)
        if self.variable is not None:
            value = written(self.variable, value)
        elif value is None:
            return ABSENT
        if isinstance(value, str) and REFERENCE.search(value):
            raise DoesNotFit('holds "@{", which Salesforce takes for a reference')
        return value

    def problem(self, row: Activation) -> str | None:
        """Say why the value cannot be written, without it."""
        try:
            self.value(row)
        except DoesNotFit as error:
            return f'"{self.source}" for {self.field} {error}'
        return None


def values_of(sources: Iterable[FieldSource], row: Activation) -> dict[str, Any]:
    """Return the fields that a row fills."""
    filled = ((each.field, each.value(row)) for each in sources)
    return {name: value for name, value in filled if value is not ABSENT}


def differing_values(values: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a record has other values in."""
    return {name: value for name, value in values.items() if not is_same(value, record.get(name))}


def is_same(ours: Any, theirs: Any) -> bool:
    """Tell whether Salesforce holds a value already, if perhaps in another form."""
    if ours in (None, "") or theirs in (None, ""):
        return ours in (None, "") and theirs in (None, "")
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if not isinstance(ours, str) or not isinstance(theirs, str):
        return bool(ours == theirs)
    return ours.strip() == theirs.strip() or any(same_form(form, ours, theirs) for form in (moment_of, as_id))


def same_form(form: Any, ours: str, theirs: str) -> bool:
    """Tell whether two texts have one meaning, such as one moment."""
    try:
        return bool(form(ours) == form(theirs))
    except DoesNotFit:
        return False
