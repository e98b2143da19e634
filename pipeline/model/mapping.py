"""A mapping: named variables, read from the records of Salesforce and written into them.

A value may be absent, null or there, and stays so: an absent field makes no variable, a null one the value
None.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from pipeline.model.mapped_variable import Convert, MappedVariable
from pipeline.model.variable_values import DoesNotFit

ABSENT = object()


@dataclass(frozen=True)
class Misfit:
    """A value that its variable cannot have; it is left out. ``text`` does not repeat it."""

    variable: str
    text: str
    for_all: bool = False  # the mapping is at fault: a source or destination is held rather than left without

    def __str__(self) -> str:
        return f"{self.variable}: {self.text}"


class Mapped(NamedTuple):
    """The values of one record, variables or fields by name, and those that did not fit."""

    values: dict[str, Any]
    misfits: tuple[Misfit, ...] = ()


class ReadingStep(NamedTuple):
    """One variable: the place of its value in a record of JSON."""

    name: str
    parent: str | None  # the relationship: "Account"
    field: str
    convert: Convert


@dataclass(frozen=True)
class RecordMapping:
    """The variables of one ``[mappings.NAME]``."""

    name: str
    variables: Mapping[str, MappedVariable] = field(default_factory=dict)

    def fields_for(self, owner: str) -> tuple[str, ...]:
        """Return the fields and paths of an object that its records are read with."""
        return tuple(path for _, path in self.paths_of(owner))

    def kinds_for(self, owner: str) -> dict[str, str]:
        """Return the types of the fields and paths of an object, as far as the mapping names them."""
        return {path: variable.type for variable, path in self.paths_of(owner)}

    def paths_of(self, owner: str) -> Iterator[tuple[MappedVariable, str]]:
        """Yield the variables that an object has, with their paths."""
        for variable in self.variables.values():
            if (path := variable.path_of(owner)) is not None:
                yield variable, path

    def read(self, owner: str, record: Mapping[str, Any]) -> Mapped:
        """Return the variables of a record of JSON; fields that it lacks make none."""
        found: dict[str, Any] = {}
        misfits: list[Misfit] = []
        for name, parent, field_name, convert in self._reading(owner):
            try:
                value = (
                    record.get(field_name, ABSENT)
                    if parent is None
                    else of_parent(record, parent, field_name)
                )
                if value is ABSENT:
                    continue
                found[name] = None if value is None or value == "" else convert(value)
            except DoesNotFit as error:
                misfits.append(Misfit(name, str(error), error.for_all))
        return Mapped(found, tuple(misfits))

    def write(self, owner: str, variables: Mapping[str, Any], *, creating: bool = False) -> Mapped:
        """Return the fields of an object that variables make; those of parents cannot be written.

        ``creating``: a new record gets the values of ``create`` for fields that would be empty.
        """
        found: dict[str, Any] = {}
        misfits: list[Misfit] = []
        for variable, path in self.paths_of(owner):
            if "." in path:
                continue
            try:
                value = written(variable, variables.get(variable.name, ABSENT))
                if creating and (value is ABSENT or value is None):
                    value = ABSENT if variable.create is None else variable.write(variable.create)
                if value is not ABSENT:
                    found[path] = value
            except DoesNotFit as error:
                misfits.append(Misfit(variable.name, str(error), error.for_all))
        return Mapped(found, tuple(misfits))

    def _reading(self, owner: str) -> tuple[ReadingStep, ...]:
        steps = self._steps.get(owner)
        if steps is None:
            steps = self._steps[owner] = tuple(
                step_of(variable, path) for variable, path in self.paths_of(owner)
            )
        return steps

    @cached_property
    def _steps(self) -> dict[str, tuple[ReadingStep, ...]]:
        """By object: made once, for they are needed for every record."""
        return {}


def step_of(variable: MappedVariable, path: str) -> ReadingStep:
    """Return the step that reads a variable."""
    parent, dot, name = path.rpartition(".")
    return ReadingStep(variable.name, parent if dot else None, name, variable.read)


def of_parent(record: Mapping[str, Any], relationship: str, name: str) -> Any:
    """Return a field of a parent: None without a parent, ABSENT if the record tells of none."""
    parent = record.get(relationship, ABSENT)
    if parent is ABSENT or parent is None:
        return parent
    if not isinstance(parent, Mapping):
        raise DoesNotFit("is a value where a record was expected")
    return parent.get(name, ABSENT)


def written(variable: MappedVariable, value: Any) -> Any:
    """Return a value as it is written: ABSENT leaves the field as it is, None empties it."""
    if value is ABSENT:
        return ABSENT
    found = None if value is None or value == "" else variable.write(value)
    if found is not None:
        return found
    if variable.default is not None:
        return variable.write(variable.default)
    return None if variable.null == "blank" else ABSENT
