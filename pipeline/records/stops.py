"""Stops: the reasons why a connector, destination or source sends nothing, in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.model.event_import import EventImport
from pipeline.records.catalog import Catalog, Scope
from pipeline.text.durations import spell
from pipeline.text.labels import labelled


@dataclass(frozen=True)
class Stop:
    """One reason: a person paused it, an answer held it, or the configuration disabled it."""

    scope: Scope
    name: str
    kind: Literal["paused", "held", "disabled"]
    code: str = ""
    detail: str = ""  # the text of the answer, or a person's reason
    since: datetime | None = None
    label: str | None = None  # of the record

    @property
    def record(self) -> str:
        """Name the stopped record."""
        return labelled(f'{self.scope} "{self.name}"', self.label)

    @property
    def reason(self) -> str:
        """Say why: "API_BLOCKED: blocked by an administrator"; "" if that is not known."""
        return ": ".join(part for part in (self.code, self.detail) if part)

    @property
    def duration(self) -> str:
        """Say since when; "" if that is not known."""
        if self.since is None:
            return ""
        lasts = (datetime.now(UTC) - self.since).total_seconds()
        return f"since {self.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC ({spell(lasts)})"

    def __str__(self) -> str:
        if self.kind == "disabled":
            return f"{self.record} is disabled: its configuration says enabled = false"
        text = f"{self.record} is {self.kind} {self.duration}"
        return f"{text}: {self.reason}" if self.reason else text


def stop_of(catalog: Catalog, scope: Scope, name: str) -> Stop | None:
    """Return why this one record is stopped; None if it is not."""
    records: Mapping[str, Connector | EventImport] = {
        **(catalog.connectors if scope == "connector" else {}),
        **(catalog.imports if scope == "import" else {}),
    }
    if name in records and not records[name].enabled:
        return Stop(scope, name, "disabled", label=catalog.label_of(scope, name))
    return hold_of(catalog, scope, name)


def hold_of(catalog: Catalog, scope: Scope, name: str) -> Stop | None:
    """Return why a record was paused or held; None if it was not."""
    hold = catalog.holds.get((scope, name))
    if hold is None:
        return None
    label = catalog.label_of(scope, name)
    return Stop(scope, name, hold.kind, hold.code, hold.detail, hold.since, label)


def stops_of(catalog: Catalog, destination: Destination) -> list[Stop]:
    """Return the stops of a destination: its own, that of its connector, or both."""
    found = (
        stop_of(catalog, "destination", destination.name),
        stop_of(catalog, "connector", destination.connector),
    )
    return [stop for stop in found if stop]


def stops(catalog: Catalog) -> Iterator[Stop]:
    """Return every stop in force: of connectors, of destinations, of sources, of imports."""
    records: dict[Scope, Iterable[str]] = {
        "connector": catalog.connectors,
        "destination": catalog.destinations,
        "source": catalog.sources,
        "import": catalog.imports,
    }
    for scope, names in records.items():
        yield from filter(None, (stop_of(catalog, scope, name) for name in sorted(names)))


def remedy(catalog: Catalog, stop: Stop) -> str:
    """Say how a person makes it send again."""
    if stop.scope == "source":
        command = f"`activation sync --source {stop.name}`"
        confirm = ", with --confirm if the numbers are right" if stop.code == "STOPPED" else ""
        return f"its schedule tries again; at once: {command}{confirm}"
    if stop.kind == "disabled":
        return "set enabled = true and `activation apply`"
    resume = f"`activation resume {record_handle(catalog, stop.scope, stop.name)}`"
    return f"put it right, then {resume}" if stop.kind == "held" else resume


def record_handle(catalog: Catalog, scope: Scope, name: str) -> str:
    """Return the name, with its scope in front if records of two scopes have it."""
    owners = (catalog.connectors, catalog.destinations, catalog.imports)
    return f"{scope}:{name}" if sum(name in records for records in owners) > 1 else name
