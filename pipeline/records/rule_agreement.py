"""Agreement of rules: the source of each is there and read on from its mark, and its conditions fit."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pipeline.model.record_condition import read_condition, type_problems
from pipeline.model.source import SalesforceSource
from pipeline.records.documents import Documents
from pipeline.records.record_reading import mapping, source
from schemas.configuration_fields import not_there
from schemas.document import quoted

CONDITIONS = ("when", "current")


def rules_of_source(name: str, documents: Documents) -> list[str]:
    """Name the rules of a source."""
    return sorted(rule for rule, document in documents["rules"].items() if document["source"] == name)


def unknown_sources(documents: Documents, stored: Collection[str]) -> list[str]:
    """Return a problem for each rule whose source is neither in the file nor stored."""
    known = {*documents.get("sources", {}), *stored}
    return [
        f"rules.{name}.source: {not_there(document['source'], 'a source', known)}"
        for name, document in documents.get("rules", {}).items()
        if document["source"] not in known
    ]


def rules_that_differ(after: Documents) -> Iterator[str]:
    """Yield a problem for each rule that its source cannot serve."""
    yield from unknown_sources(after, ())
    for name, document in after["rules"].items():
        if (found := after["sources"].get(document["source"])) is None:
            continue
        stream = source(document["source"], found)
        wrong = f'rules.{name}.source: "{stream.name}" is'
        if not stream.is_stream:
            yield f"{wrong} a snapshot; rules look at streams alone"
        elif not isinstance(stream, SalesforceSource):
            yield f"{wrong} of kind {stream.kind}; rules look at records of Salesforce"
        else:
            yield from (f"rules.{name}.{text}" for text in wrong_comparisons(document, found, after))


def wrong_comparisons(
    document: Mapping[str, Any], stream: Mapping[str, Any], after: Documents
) -> Iterator[str]:
    """Yield the fields that a rule compares with values of another type."""
    used = after["mappings"].get(stream.get("mapping", ""))
    kinds = {} if used is None else mapping("", used).kinds_for(str(stream.get("object")))
    for key in CONDITIONS:
        for path, text in type_problems(read_condition(document.get(key, {})), kinds):
            yield f"{key}.{quoted(path)}: {text}"
