"""Names of lanes: rows that may share a call have the same; lanes.inc.lua explains the parts."""

from hashlib import blake2b

from pipeline.model.action import Action
from pipeline.model.activation import Activation


class LaneNames:
    """Names the lanes of one claim's rows, each shape's once."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str, bool], str] = {}  # by destination, shape and bulk

    def of(self, action: Action, row: Activation) -> str:
        """Name the lane of a row that has no problem."""
        shape = action.shape(row)
        key = (action.destination.name, shape, row.bulk)
        return self._names.get(key) or self._names.setdefault(key, lane_name(action, shape, row))


def lane_name(action: Action, shape: str, row: Activation) -> str:
    """Name a lane.

    Examples: "d1/all", "d1/0f9a3c51d2e47b86+bulk" for rows of a shape from a backfill,
    "d1/0f9a3c51d2e47b86@deleteSupplementalTableMember#1" for rows that begin with another function than the
    action's first, one in a call.
    """
    name = blake2b(shape.encode(), digest_size=8).hexdigest() if shape else "all"
    first = next(step for step in action.steps([row]) if not step.sets_up)
    if first.function != action.functions[0]:
        name += f"@{first.function}"
    most = action.most_rows([row])
    if most is not None:
        name += f"#{most}"
    return f"{action.destination.name}/{name}" + ("+bulk" if row.bulk else "")
