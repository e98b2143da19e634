"""Agreement of pairs: their sources are of either side, and both sides have each variable alike."""

from collections.abc import Iterator, Mapping
from itertools import islice

from pipeline.model.pair import Pair
from pipeline.model.source import MembersSource, SalesforceSource, Source
from pipeline.model.there_and_back import lost_values
from pipeline.records.documents import Documents
from pipeline.records.pair_reading import pair
from pipeline.records.pair_types import unequal_types
from pipeline.records.pair_variables import mapped_variables, streams_of, variable_of
from pipeline.records.record_reading import source
from schemas.configuration_fields import not_there
from schemas.document import quoted

EXAMPLES = 2  # of values that are lost, in one problem


def pairs_that_differ(after: Documents) -> Iterator[str]:
    """Yield a problem for each side or variable of a pair that cannot be kept equal."""
    for name, document in after["pairs"].items():
        wanted = pair(name, document)
        sides = {key: source(key, after["sources"][key]) for key in wanted.sources}
        problems = (*unfit_sides(wanted, sides), *sides_without_audience(wanted, sides))
        yield from (f"pairs.{name}.{text}" for text in problems)
        if not problems:
            yield from (f"pairs.{name}.fields.{text}" for text in unfit_variables(wanted, sides, after))
    yield from variables_of_two_pairs(after)


def unfit_sides(wanted: Pair, sides: Mapping[str, Source]) -> Iterator[str]:
    """Yield the sources that are not of their side's kind."""
    for name in wanted.salesforce:
        found = sides[name]
        if not isinstance(found, SalesforceSource):
            yield f'salesforce: "{name}" is of kind {found.kind}; this side needs sources of kind salesforce'
        elif not found.is_stream:
            yield f'salesforce: "{name}" is a snapshot; pairs look at streams alone'
        elif found.of:
            yield f'salesforce: "{name}" is a history; pairs look at records as they are'
    other = sides[wanted.responsys]
    if not isinstance(other, MembersSource):
        yield f'responsys: "{other.name}" is of kind {other.kind}; this side needs a source of kind responsys'


def sides_without_audience(wanted: Pair, sides: Mapping[str, Source]) -> Iterator[str]:
    """Yield a problem for each source without an audience, if the pair writes: its edits would go nowhere."""
    for key in () if wanted.watches else ("salesforce", "responsys"):
        names = wanted.salesforce if key == "salesforce" else (wanted.responsys,)
        for name in (name for name in names if sides[name].audience is None):
            yield f'{key}: "{name}" has no audience, by which its edits would reach the other side'


def unfit_variables(wanted: Pair, sides: Mapping[str, Source], after: Documents) -> Iterator[str]:
    """Yield the variables that one side lacks or cannot write, or that are of another type there."""
    members = sides[wanted.responsys]
    read = members.variables if isinstance(members, MembersSource) else frozenset()
    for variable in wanted.fields:
        if variable not in read:
            why = not_there(variable, f'read by "{members.name}"', read)
            yield f"{quoted(variable)}: {why}"
            continue
        problems = tuple(without_field(variable, wanted, sides, after))
        problems = problems or tuple(unequal_types(variable, wanted, sides, after))
        problems = problems or tuple(one_way_values(variable, wanted, sides, after))
        yield from (f"{quoted(variable)}: {text}" for text in problems)


def without_field(
    variable: str, wanted: Pair, sides: Mapping[str, Source], after: Documents
) -> Iterator[str]:
    """Yield the sources of Salesforce that have no field of their own for a variable."""
    for stream in streams_of(wanted, sides):
        found = variable_of(stream, variable, after)
        path = None if found is None else found.path_of(stream.object)
        if path is None:
            yield f'mapping "{stream.mapping}" of "{stream.name}" has no field of {stream.object} for it'
        elif "." in path:
            yield f'"{path}" of "{stream.name}" is a field of a parent, which cannot be written'


def one_way_values(
    variable: str, wanted: Pair, sides: Mapping[str, Source], after: Documents
) -> Iterator[str]:
    """Yield the mappings by which a variable does not come back as it went, with examples."""
    mapped = mapped_variables(variable, wanted, sides, after)
    for name, found in {stream.mapping: found for stream, found in mapped}.items():
        examples = list(islice(lost_values(found), EXAMPLES))
        if examples or not found.is_two_way:
            told = f": {'; '.join(examples)}" if examples else ""
            yield f'mapping "{name}" does not bring it back as it went{told}; one direction alone may have it'


def variables_of_two_pairs(after: Documents) -> Iterator[str]:
    """Yield each variable of a source that an earlier pair has already."""
    owners: dict[tuple[str, str], str] = {}
    for name, document in after["pairs"].items():
        for stream in pair(name, document).sources:
            for variable in document["fields"]:
                if (owner := owners.setdefault((stream, variable), name)) != name:
                    place = f"pairs.{name}.fields.{quoted(variable)}"
                    yield f'{place}: of "{stream}" is in pair "{owner}" already'
