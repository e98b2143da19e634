"""Records: the values of a row, and those that readers still see while its last write is on its way."""

from typing import Any

Values = dict[str, Any]  # by field; a null field is absent


class Record:
    """One row. A write is stamped at once, but may be seen later."""

    __slots__ = ("earlier", "values", "visible_at")

    def __init__(self, values: Values, visible_at: float) -> None:
        self.values = values
        self.earlier: Values | None = None
        self.visible_at = visible_at

    def seen_at(self, now: float) -> Values | None:
        """Return the values that a reader sees, None if the row is not there yet."""
        return self.values if now >= self.visible_at else self.earlier

    def write(self, values: Values, now: float, visible_at: float) -> None:
        """Replace the values."""
        self.earlier = self.seen_at(now)
        self.values = values
        self.visible_at = visible_at

    def copy(self) -> "Record":
        """Return a record that later writes do not change."""
        other = Record(self.values, self.visible_at)
        other.earlier = self.earlier
        return other
