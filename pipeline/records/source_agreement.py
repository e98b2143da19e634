"""Agreement of sources: the connector of each is there, and of a kind that serves it."""

from collections.abc import Iterator

from pipeline.records.documents import Documents
from pipeline.records.import_agreement import quoted
from pipeline.records.kinds import KINDS


def sources_without_connector(after: Documents) -> Iterator[str]:
    """Yield a problem for each source whose connector is not there, or of another kind."""
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
