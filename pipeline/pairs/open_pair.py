"""An open pair: its agreement by variable, and the audiences that end at each side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipeline.model.mapped_variable import MappedVariable
from pipeline.model.pair import Pair
from pipeline.model.source import SalesforceSource
from pipeline.pairs.field_state import RESPONSYS, SALESFORCE, SKIPPED, PairTerms, SideName
from pipeline.pairs.side_forms import SideForms
from pipeline.pairs.side_writers import unwritten_sides
from pipeline.records.catalog import Catalog


@dataclass(frozen=True)
class OpenPair:
    """A pair with all that the catalog says of it."""

    pair: Pair
    catalog: Catalog

    def side_of(self, source: str) -> SideName:
        """Return the side that a source reads."""
        return RESPONSYS if source == self.pair.responsys else SALESFORCE

    def sources_of(self, side: SideName) -> tuple[str, ...]:
        """Return the sources that read a side."""
        return (self.pair.responsys,) if side == RESPONSYS else self.pair.salesforce

    def audience_to(self, side: SideName, source: str) -> str | None:
        """Return the audience that ends at a side; ``source``: of the person's record in Salesforce."""
        return self.catalog.sources[self.feeding(side, source)].audience

    def feeding(self, side: SideName, source: str) -> str:
        """Return the source of that audience."""
        return source if side == RESPONSYS else self.pair.responsys

    def terms(self, field: str, source: str) -> PairTerms:
        """Return the agreement about a variable; ``source``: of the person's record in Salesforce."""
        return self._terms[source, field]

    def forms(self, field: str, source: str) -> SideForms:
        """Return the forms of a variable; ``source``: of the person's record in Salesforce."""
        return self._forms[source, field]

    @cached_property
    def _forms(self) -> Mapping[tuple[str, str], SideForms]:
        return {
            (source, field): SideForms(self._variable(source, field), self._columns(source, field))
            for source in self.pair.salesforce
            for field in self.pair.fields
        }

    @cached_property
    def _terms(self) -> Mapping[tuple[str, str], PairTerms]:
        settle = int(self.pair.settle * 1000)
        return {
            (source, field): PairTerms(
                self.pair.fields[field], settle, self._stored(source, field), self.unwritten(field, source)
            )
            for source, field in self._forms
        }

    def unwritten(self, field: str, source: str) -> frozenset[SideName]:
        """Return the sides that no destination writes a variable to, though there are destinations."""
        return unwritten_sides(self.catalog, self.pair, source, field)

    def _stored(self, source: str, field: str) -> Callable[[SideName, Any], Any]:
        forms, unwritten = self.forms(field, source), self.unwritten(field, source)
        return lambda side, value: SKIPPED if side in unwritten else forms.stored(side, value)

    def _variable(self, source: str, field: str) -> MappedVariable:
        found = self.catalog.sources[source]
        mapping = self.catalog.mappings.get(found.mapping) if isinstance(found, SalesforceSource) else None
        variable = mapping.variables.get(field) if mapping else None
        return variable or MappedVariable(field, {})

    def _columns(self, source: str, field: str) -> list[Mapping[str, object]]:
        """Return the columns of Responsys that the audience of a source fills with a variable."""
        account = getattr(self.catalog.sources[self.pair.responsys], "connector", None)
        return [
            table[field]
            for destination in self.catalog.for_audience(self.catalog.sources[source].audience)
            if destination.connector == account
            for option in ("columns", "fields")
            if isinstance(table := destination.options.get(option), Mapping)
            and isinstance(table.get(field), Mapping)
        ]


def open_pairs(catalog: Catalog, source: str) -> list[OpenPair]:
    """Return the pairs that a source is a side of."""
    return [OpenPair(pair, catalog) for pair in catalog.pairs.values() if source in pair.sources]
