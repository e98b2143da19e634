"""Words of conditions on records: operators, groups, and types of values."""

import re
from typing import Any

VALUES = ("=", "not", "was", "becomes")  # operators of a value, or of a list of them
BOUNDS = ("above", "least", "below", "most")
OF_CHANGES = ("was", "becomes", "changed")
GROUPS = ("any", "none")
TIMES = frozenset(("day", "time"))
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|z|[+-][0-9]{2}:?[0-9]{2})"
)


def kind_of(value: Any) -> str:
    """Name the type of a value; text that is a day or a time is one."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "number"
    return "day" if DAY.fullmatch(value) else "time" if MOMENT.fullmatch(value) else "text"
