"""There and back: values that a variable does not bring back as they went, found by generated ones."""

from collections.abc import Iterator
from typing import Any

from pipeline.model.mapped_variable import MappedVariable
from pipeline.model.variable_values import DoesNotFit

TEXTS = ("McDonald", "12-34", "a b")  # in Salesforce
MORE_THAN_LENGTH = 3  # characters
UNLISTED = "a value that the mapping lacks"


def lost_values(variable: MappedVariable) -> Iterator[str]:
    """Yield an example in words for each generated value that comes back as another; white space apart."""
    for theirs in generated(variable):
        try:
            ours = variable.read(theirs)
            back = variable.write(ours) if ours is not None else None
        except DoesNotFit:
            continue
        if squeezed(back) != squeezed(theirs):
            yield f'"{theirs}" becomes "{shown(ours)}", which goes back as "{shown(back)}"'
    if variable.type == "choice" and variable.other is not None:
        yield f'{UNLISTED} becomes "{variable.other}", and cannot go back'


def generated(variable: MappedVariable) -> Iterator[str]:
    """Yield values of Salesforce that forms and choices may lose something of."""
    if variable.type == "choice":
        yield from variable.values
    elif not variable.is_two_way:
        yield from TEXTS
        yield "a" * ((variable.length or 0) + MORE_THAN_LENGTH)


def squeezed(value: Any) -> str:
    """Return a value without the white space that does not count."""
    return " ".join(str(value).split())


def shown(value: Any) -> str:
    """Return a value as text, a null as nothing."""
    return "" if value is None else str(value)
