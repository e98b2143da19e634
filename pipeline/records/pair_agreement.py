"""Agreement of pairs: their sources are of either side, and both sides have each variable alike."""

from collections.abc import Iterator, Mapping
from itertools import islice

from pipeline.model.mapped_variable import MappedVariable
from pipeline.model.pair import Pair
from pipeline.model.source import MembersSource, SalesforceSource, Source
from pipeline.model.there_and_back import lost_values
from pipeline.records.documents import Documents
from pipeline.records.pair_reading import pair
from pipeline.records.record_reading import mapping, source
from schemas.configuration_fields import not_there
from schemas.document import quoted

EXAMPLES = 2  # of values that are lost, in one problem
# Types of variables that a column of Responsys takes; a column of any other type takes any text.
FITTING_TYPES: Mapping[str, tuple[str, ...]] = {
    "INTEGER": ("whole",),
    "NUMBER": ("whole", "number"),
    "TIMESTAMP": ("day", "moment"),
}


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
    """Yield the sources of a pair that writes whose edits would go nowhere."""
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
    used = {}
    for stream in streams_of(wanted, sides):
        if (found := variable_of(stream, variable, after)) is not None:
            used[stream.mapping] = found
    for name, found in used.items():
        examples = list(islice(lost_values(found), EXAMPLES))
        if examples or not found.is_two_way:
            told = f": {'; '.join(examples)}" if examples else ""
            yield f'mapping "{name}" does not bring it back as it went{told}; one direction alone may have it'


def unequal_types(
    variable: str, wanted: Pair, sides: Mapping[str, Source], after: Documents
) -> Iterator[str]:
    """Yield the reason why the sides have different types for a variable."""
    types = {}
    for stream in streams_of(wanted, sides):
        if (found := variable_of(stream, variable, after)) is not None:
            types[stream.name] = found.type
    if len(set(types.values())) > 1:
        yield "its sides differ in type: " + ", ".join(f'"{name}" has {kind}' for name, kind in types.items())
        return
    audiences = {stream.audience for stream in streams_of(wanted, sides)}
    for name, column, kind in typed_columns(variable, audiences, after):
        for theirs in set(types.values()) - set(FITTING_TYPES.get(kind, types.values())):
            where = f"{kind} for {column} in destination {name}"
            yield f"its sides differ in type: {theirs} in Salesforce, {where}"


def typed_columns(
    variable: str, audiences: set[str | None], after: Documents
) -> Iterator[tuple[str, str, str]]:
    """Yield each destination that fills a typed column with a variable, the column, and its type."""
    for name, document in after["destinations"].items():
        if document["audience"] not in audiences:
            continue
        for option in ("columns", "fields"):
            entry = (document.get(option) or {}).get(variable)
            if isinstance(entry, Mapping) and entry.get("type"):
                yield name, entry["column"], entry["type"]


def streams_of(wanted: Pair, sides: Mapping[str, Source]) -> list[SalesforceSource]:
    """Return the sources of Salesforce of a pair."""
    found = (sides[name] for name in wanted.salesforce)
    return [stream for stream in found if isinstance(stream, SalesforceSource)]


def variable_of(stream: SalesforceSource, variable: str, after: Documents) -> MappedVariable | None:
    """Return a variable of a source's mapping, None if it has none of this name."""
    used = after["mappings"].get(stream.mapping)
    return None if used is None else mapping(stream.mapping, used).variables.get(variable)


def variables_of_two_pairs(after: Documents) -> Iterator[str]:
    """Yield each variable of a source that an earlier pair has already."""
    owners: dict[tuple[str, str], str] = {}
    for name, document in after["pairs"].items():
        for stream in pair(name, document).sources:
            for variable in document["fields"]:
                if (owner := owners.setdefault((stream, variable), name)) != name:
                    place = f"pairs.{name}.fields.{quoted(variable)}"
                    yield f'{place}: of "{stream}" is in pair "{owner}" already'
