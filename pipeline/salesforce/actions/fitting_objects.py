"""Fitting objects: those of Lead and Contact that have all fields of a destination that names no objects.

Each process asks once, unless every org's leads and contacts have the fields.
"""

from collections.abc import Collection, Sequence
from typing import Any

from pipeline.errors import Held
from pipeline.salesforce.actions.found_record import PEOPLE
from pipeline.salesforce.composite import CompositePart, names_of, read_parts

# Fields of the leads and contacts of every org.
SHARED = frozenset(
    """
    Salutation FirstName LastName Title Email Phone MobilePhone Fax LeadSource Description OwnerId
    IndividualId HasOptedOutOfEmail HasOptedOutOfFax DoNotCall
    """.split()
)
NAME = "{}_fields"


class FittingObjects:
    """The objects of one destination; ``tables`` is empty until they are known."""

    def __init__(self, fields: Collection[str], riid_field: str) -> None:
        self._fields = tuple(fields)
        is_shared = set(self._fields) <= {*SHARED, riid_field}
        self.tables: tuple[str, ...] = PEOPLE if is_shared else ()

    def parts(self) -> list[CompositePart]:
        """Return the requests that ask for the fields of leads and contacts."""
        return [CompositePart(NAME.format(table), f"/sobjects/{table}/describe") for table in PEOPLE]

    def is_answer(self, answer: Any) -> bool:
        """Tell whether an answer is one to these requests."""
        results = answer.get("compositeResponse") if isinstance(answer, dict) else None
        return NAME.format(PEOPLE[0]) in names_of(results)

    def read(self, answer: Any) -> None:
        """Read which objects fit; raises Held if neither does."""
        bodies = read_parts(answer, [part.name for part in self.parts()])
        fitting = [table for table in PEOPLE if self._fits(bodies[NAME.format(table)])]
        if not fitting:
            text = f"neither Contact nor Lead has all of {', '.join(self._fields)} for our user"
            raise Held("destination", "INVALID_FIELD", text)
        self.tables = tuple(fitting)

    def _fits(self, described: Any) -> bool:
        fields: Sequence[Any] = described.get("fields", ()) if isinstance(described, dict) else ()
        return set(self._fields) <= {str(each.get("name")) for each in fields}
