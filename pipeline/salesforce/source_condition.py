"""The condition of a source: its query says as much as it can, and the rest is looked at here."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.errors import Held
from pipeline.model.condition_values import WrongComparison
from pipeline.model.mapping import RecordMapping
from pipeline.model.matching import match_of
from pipeline.model.record_condition import paths_in, read_condition
from pipeline.model.source import SalesforceSource
from pipeline.model.variable_values import DoesNotFit
from pipeline.salesforce.conditions import divide
from pipeline.salesforce.soql import Clause


class SourceCondition:
    """The ``where`` of one source; ``zone``: in which days begin."""

    def __init__(self, source: SalesforceSource, mapping: RecordMapping, zone: str) -> None:
        self._condition = read_condition(source.where)
        self._kinds = mapping.kinds_for(source.object)
        self._zone = ZoneInfo(zone)
        rest = divide(self._condition, self._kinds, datetime.now(UTC), self._zone).rest
        self.paths = paths_in(rest)  # with which rows must be read to be looked at
        self._match = match_of(rest, self._kinds, self._zone) if rest.parts else None

    def clause(self) -> Clause | None:
        """Return the part of a query at this time; raises Held for wrong types."""
        try:
            return divide(self._condition, self._kinds, datetime.now(UTC), self._zone).where
        except DoesNotFit as error:
            raise held(str(error)) from error

    def fulfilled_by(self, rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Return the rows of an answer that fulfil the rest; raises Held for wrong types."""
        if self._match is None:
            return rows
        now = datetime.now(UTC)
        try:
            return [row for row in rows if self._match(row, None, now)]
        except WrongComparison as error:
            raise held(str(error)) from error


def held(text: str) -> Held:
    """Return the error of a condition that compares with values of another type."""
    return Held("destination", "CONDITION", f"where: {text}")
