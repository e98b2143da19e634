"""Agreement of rules: the source of each is read on from its mark, and its conditions and scores fit."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.model.record_condition import (
    RecordCondition,
    event_kinds,
    read_condition,
    text_kinds,
    type_problems,
)
from pipeline.model.source import EventsSource, MembersSource, SalesforceSource, Source
from pipeline.records.documents import Documents
from pipeline.records.record_reading import mapping, source
from schemas.configuration_fields import not_there
from schemas.document import quoted

CONDITIONS = ("when", "current")
OF_EVENTS = ("once", "score")  # keys of rules that count events


def rules_that_differ(after: Documents) -> Iterator[str]:
    """Yield a problem for each rule that its source cannot serve."""
    for name, document in after["rules"].items():
        if (found := after["sources"].get(document["source"])) is None:
            continue
        stream = source(document["source"], found)
        problems = (*unfit_source(stream), *unfit_keys(document, stream))
        yield from (f"rules.{name}.{text}" for text in problems)
        if not problems:
            yield from (f"rules.{name}.{text}" for text in wrong_comparisons(document, found, after))


def unfit_source(stream: Source) -> Iterator[str]:
    """Yield the reason why rules cannot look at a source."""
    wrong = f'source: "{stream.name}" is'
    if not stream.is_stream:
        yield f"{wrong} a snapshot; rules look at streams alone"
    elif not isinstance(stream, SalesforceSource | EventsSource | MembersSource):
        yield f"{wrong} of kind {stream.kind}; rules look at records of Salesforce, events and members"


def unfit_keys(document: Mapping[str, Any], stream: Source) -> Iterator[str]:
    """Yield the keys of a rule that do not go with its source."""
    if not isinstance(stream, EventsSource):
        for key in (key for key in OF_EVENTS if key in document):
            where = f'"{stream.name}" is of kind {stream.kind}'
            yield f"{key}: goes with a source of kind responsys_events alone, and {where}"
        return
    if "current" in document:
        yield "current: goes with records of Salesforce alone: an event stays as it is"
    for word in document.get("score", ()) if stream.types else ():
        if word not in stream.types:
            why = not_there(word, f'a type of "{stream.name}"', stream.types)
            yield f"score.{word}: {why}"


def kinds_of(kind: str | None, condition: RecordCondition) -> Mapping[str, str]:
    """Return the types of the fields of a condition on a source of Responsys; none for other sources."""
    if kind == "responsys_events":
        return event_kinds(condition)
    return text_kinds(condition) if kind == "responsys" else {}


def wrong_comparisons(
    document: Mapping[str, Any], stream: Mapping[str, Any], after: Documents
) -> Iterator[str]:
    """Yield the fields that a rule compares with values of another type."""
    used = after["mappings"].get(stream.get("mapping", ""))
    kinds = {} if used is None else mapping("", used).kinds_for(str(stream.get("object")))
    for key in CONDITIONS:
        condition = read_condition(document.get(key, {}))
        known = kinds_of(stream.get("kind"), condition) or kinds
        for path, text in type_problems(condition, known):
            yield f"{key}.{quoted(path)}: {text}"
