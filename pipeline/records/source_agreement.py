"""Agreement of sources: their connectors are there, and of a kind that serves them; their types are known."""

from collections.abc import Iterator

from pipeline.model.feeds import COUNTERS, OTHERS, is_taken
from pipeline.records.documents import Documents
from pipeline.records.import_agreement import quoted
from pipeline.records.kinds import KINDS
from schemas.configuration_fields import not_there

FORM = "FORM"  # told by webhooks; files of forms are not imported


def sources_without_connector(after: Documents) -> Iterator[str]:
    """Yield a problem for each source of a connector that does not exist, or is of a kind without it."""
    for name, document in after["sources"].items():
        connector, kind = document.get("connector"), document.get("kind")
        if connector is None:
            continue
        if connector not in after["connectors"]:
            yield f'sources.{name}.connector: there would be no connector "{connector}"'
        elif kind not in KINDS[(found := after["connectors"][connector]["kind"])].sources:
            serving = quoted([name for name, each in KINDS.items() if kind in each.sources])
            yield (
                f'sources.{name}.connector: connector "{connector}" is of kind "{found}"; '
                f'a source of kind "{kind}" needs one of kind {serving}'
            )


def unknown_types(after: Documents) -> Iterator[str]:
    """Yield a problem for each type of events that no file and no webhook has."""
    for name, document in after["sources"].items():
        if document.get("kind") == "responsys_events":
            for word in (word for word in document.get("types", ()) if word != FORM and not is_taken(word)):
                known = {*COUNTERS, *OTHERS, FORM}
                yield f"sources.{name}.types: {not_there(word, 'a type of event', known)}"
