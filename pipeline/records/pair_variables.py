"""Variables of a pair as the mappings of its Salesforce sources have them."""

from collections.abc import Mapping

from pipeline.model.mapped_variable import MappedVariable
from pipeline.model.pair import Pair
from pipeline.model.source import SalesforceSource, Source
from pipeline.records.documents import Documents
from pipeline.records.record_reading import mapping


def mapped_variables(
    variable: str, wanted: Pair, sides: Mapping[str, Source], after: Documents
) -> list[tuple[SalesforceSource, MappedVariable]]:
    """Return the sources of Salesforce that map the variable, each with the mapped variable."""
    found = ((stream, variable_of(stream, variable, after)) for stream in streams_of(wanted, sides))
    return [(stream, mapped) for stream, mapped in found if mapped is not None]


def streams_of(wanted: Pair, sides: Mapping[str, Source]) -> list[SalesforceSource]:
    """Return the sources of Salesforce of a pair."""
    found = (sides[name] for name in wanted.salesforce)
    return [stream for stream in found if isinstance(stream, SalesforceSource)]


def variable_of(stream: SalesforceSource, variable: str, after: Documents) -> MappedVariable | None:
    """Return a variable of a source's mapping, None if it has none of this name."""
    used = after["mappings"].get(stream.mapping)
    return None if used is None else mapping(stream.mapping, used).variables.get(variable)
