"""An open pair: its agreement by variable, and the audiences that end at each side."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pipeline.model.mapped_variable import MappedVariable
from pipeline.model.pair import Pair
from pipeline.model.source import SalesforceSource
from pipeline.pairs.field_state import RESPONSYS, SALESFORCE, PairTerms, SideName
from pipeline.pairs.side_forms import SideForms
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
        feeding = source if side == RESPONSYS else self.pair.responsys
        return self.catalog.sources[feeding].audience

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
            (source, field): PairTerms(self.pair.fields[field], settle, forms.stored)
            for (source, field), forms in self._forms.items()
        }

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
