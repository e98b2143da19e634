"""Quoted values: a reason of Responsys that quotes the value of a row is completed by its column.

``INVALID_PARAMETER: The value 31/12 is not valid`` becomes ``column SEEN: INVALID_PARAMETER: The …``, and
``The value "1w" is not valid for the field type INTEGER`` likewise.
"""

import re
from collections.abc import Callable, Iterable

from pipeline.model.activation import Activation
from pipeline.responsys.errors import shortened

QUOTED = re.compile(r"The value (.{1,1000}?) is (?:not valid|invalid)", re.IGNORECASE | re.DOTALL)

Values = Callable[[Activation], Iterable[tuple[str, str | None]]]  # of a row, each with its place in the call


def naming(kind: str, values: Values) -> Callable[[Activation, str], str]:
    """Return a function of a row and a reason, which puts ``kind`` and the name of the place before it.

    Only if the row has that value in one place.
    """

    def explain(row: Activation, detail: str) -> str:
        quoted = QUOTED.search(detail)
        if not quoted:
            return detail
        places = [name for name, value in values(row) if value and is_quoted(quoted[1], value)]
        return f"{kind} {places[0]}: {detail}" if len(places) == 1 else detail

    return explain


def is_quoted(quoted: str, value: str) -> bool:
    """Tell whether a quoted text is the value, with quotes around it or without."""
    text = shortened(value)
    return quoted in (text, f'"{text}"', f"'{text}'")
