"""Query locators: results that are read on, page by page."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from emulators.salesforce.messages.errors import ApiError
from emulators.salesforce.org.ids import new_id
from emulators.salesforce.org.record import Values
from emulators.salesforce.soql.rows import Row


@dataclass(frozen=True, slots=True)
class Result:
    """The ids that a query found, and the way to make rows of them."""

    find: Callable[[str], Values | None]
    make: Callable[[Values], Row]
    ids: list[str]
    page_size: int
    until: float


class Locators:
    """The results that are still to be read."""

    def __init__(self) -> None:
        self.results: dict[str, Result] = {}
        self.numbers = count(1)

    def keep(self, result: Result) -> str:
        """Return the name of a result that has more pages."""
        name = new_id("01g", next(self.numbers))
        self.results[name] = result
        return name

    def find(self, text: str, now: float) -> tuple[str, Result, int]:
        """Return the name, the result and the position that a locator means; raises ApiError."""
        name, _, position = text.partition("-")
        result = self.results.get(name)
        if result is None or result.until <= now or not position.isdecimal():
            raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return name, result, int(position)

    def clear(self) -> None:
        """Forget all of them."""
        self.results.clear()
