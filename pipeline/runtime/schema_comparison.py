"""The daily comparison of the schema that an outside system describes with the records that use it.

It is the look of ``activation check``, each call with a permit, and beside it a comparison of fields with the
shapes that an earlier one met. An account that does not answer leaves the note as it was.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import redis

from pipeline.errors import CallError, Held, OutcomeUnknown, RetryLater
from pipeline.model.call import Call
from pipeline.model.connector import Connector
from pipeline.model.field_shape import FieldShape, changes_of_shape
from pipeline.model.finding import Finding
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import kind_of
from pipeline.records.mirror import why_stopped
from pipeline.runtime.connector_uses import uses_of
from pipeline.runtime.permits import permitted
from pipeline.stores import schema_notes
from pipeline.stores.schema_notes import SchemaNote
from pipeline.text.plural import counted

OF_NOW = ("login", "version", "limits", "api", "consents")  # findings that say nothing of a schema


class PermittedClient:
    """A client that takes a permit for each call; ``failure``: the last error of a call that failed."""

    def __init__(self, client: Any, ask: Callable[[Call], Any]) -> None:
        self._client, self._ask = client, ask
        self.failure: CallError | None = None

    def send(self, call: Call) -> Any:
        """Send a call with a permit."""
        try:
            return self._ask(call)
        except CallError as error:
            self.failure = error if is_passing(error) else self.failure
            raise

    def log_in(self) -> Any:
        """Log in anew; every failure says that there is nothing to compare."""
        try:
            return self._client.log_in()
        except CallError as error:
            self.failure = error
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def compare_by_name(
    client: redis.Redis, catalog: Catalog, name: str, client_of: Callable[[Connector], Any], minute: float
) -> str:
    """Compare a connector, unless it is stopped or gone; for ``minute`` and the text see below."""
    connector = catalog.connectors.get(name)
    if connector is None or why_stopped(catalog, connector):
        return f"{name} is stopped, or not there"
    return compare_schema(client, catalog, connector, client_of, minute)


def compare_schema(
    client: redis.Redis,
    catalog: Catalog,
    connector: Connector,
    client_of: Callable[[Connector], Any],
    minute: float,
) -> str:
    """Compare one connector, and keep its problems for the status; return the outcome in a line for Flower.

    ``minute``: seconds that a minute of the limits has.
    """
    sender = client_of(connector)
    asking = PermittedClient(sender, permitted(client, connector, sender, minute))
    kind, uses = kind_of(connector), uses_of(catalog, connector)
    findings = kind.preflight(connector, uses, asking)
    shapes: dict[str, FieldShape] = {}
    if kind.field_shapes is not None and asking.failure is None:
        shapes = kind.field_shapes(connector, uses, asking)
    if asking.failure is not None:
        return f"{connector.name}: not compared: {asking.failure}"
    known = schema_notes.read(client, connector.name)
    earlier = {place: FieldShape(*shape) for place, shape in known.shapes.items()} if known else {}
    problems = (*schema_problems(findings), *changes_of_shape(earlier, shapes))
    note = SchemaNote(datetime.now(UTC), problems, {**shapes, **earlier})
    schema_notes.write(client, connector.name, note)
    return f"{connector.name}: {counted(len(shapes), 'field')} compared, {counted(len(problems), 'problem')}"


def schema_problems(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the faults of a schema."""
    return tuple(finding.text for finding in findings if not finding.ok and finding.check not in OF_NOW)


def is_passing(error: CallError) -> bool:
    """Tell whether an error says that the account could not be asked."""
    return isinstance(error, RetryLater | OutcomeUnknown | Held)
