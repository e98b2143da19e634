"""Status of one destination: its rows, its state in a word, its stops, and the time that its rows take."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.lanes.backlog import Backlog
from pipeline.lanes.pace import Pace
from pipeline.model.destination import Destination
from pipeline.records.catalog import Catalog
from pipeline.records.stops import Stop, stops_of
from pipeline.text.labels import audience_text, labelled
from pipeline.text.plural import counted


@dataclass(frozen=True)
class DestinationStatus:
    """One destination; a removed one has no audience, no connector and no action."""

    name: str
    audience: str | None
    connector: str | None
    action: str | None
    state: str  # sending, waiting, idle, throttled, paused, held, connector paused, ..., removed
    stops: tuple[Stop, ...]
    backlog: Backlog
    dead_letters: int  # open ones
    label: str | None = None
    description: str | None = None
    journey: bool = False  # whether the audience is one
    left_out: Mapping[str, int] = field(default_factory=dict)  # values of the last day, by column
    drain: float | None = (
        None  # seconds that its rows take at least, at the present pace; None: it is stopped
    )

    @property
    def record(self) -> str:
        """Name the destination with its label."""
        return labelled(f'destination "{self.name}"', self.label)

    @property
    def audience_text(self) -> str | None:
        """Name the audience, and say if it is a journey; None: the destination was removed."""
        return self.audience and audience_text(self.audience, is_journey=self.journey)


def destination_statuses(
    catalog: Catalog,
    backlogs: Mapping[str, Backlog],
    letters: Mapping[str, int],
    left_out: Mapping[str, Mapping[str, int]],
    paces: Sequence[Pace],
) -> Iterator[DestinationStatus]:
    """Give the destinations that are configured, or still have rows or dead letters, in the order of names.

    ``letters`` counts open dead letters, ``left_out`` values of the last day by column; both by destination.
    """
    for name in sorted({*backlogs, *letters} - {""}):
        line = destination_status(catalog, name, backlogs.get(name, Backlog()), letters.get(name, 0), paces)
        if is_worth_showing(line):
            yield replace(line, left_out=left_out.get(name, {}))


def destination_status(
    catalog: Catalog, name: str, backlog: Backlog, letters: int, paces: Sequence[Pace]
) -> DestinationStatus:
    """Put together the numbers of one destination; ``letters``: its open dead letters."""
    destination = catalog.destinations.get(name)
    if destination is None:
        return DestinationStatus(name, None, None, None, "removed", (), backlog, letters)
    stopped = tuple(stops_of(catalog, destination))
    of_connector = [pace for pace in paces if pace.connector == destination.connector]
    return DestinationStatus(
        name=name,
        audience=destination.audience,
        connector=destination.connector,
        action=destination.action,
        state=state_of(stopped, backlog, of_connector),
        stops=stopped,
        backlog=backlog,
        dead_letters=letters,
        label=destination.label,
        description=destination.description,
        journey=destination.journey is not None,
        drain=None if stopped else drain_seconds(catalog, destination, backlog, of_connector),
    )


def drain_seconds(
    catalog: Catalog, destination: Destination, backlog: Backlog, paces: Sequence[Pace]
) -> float | None:
    """Return the seconds that a destination's rows take at least; ``paces``: those of its connector."""
    function = catalog.functions_of(destination)[0]
    calls = -(-backlog.waiting // destination.max_rows)
    paces_now = [
        (pace.window, pace.now_for(destination.priority)) for pace in paces if pace.function == function
    ]
    return max((calls * window / now for window, now in paces_now if now), default=None)


def state_of(stopped: tuple[Stop, ...], backlog: Backlog, paces: Sequence[Pace]) -> str:
    """Name the state of a destination in a word or two."""
    if stopped:
        first = stopped[0]
        return first.kind if first.scope == "destination" else f"connector {first.kind}"
    if not backlog.waiting:
        return "idle"
    if any(pace.capacity or pace.paused for pace in paces):
        return "throttled"
    return "sending" if backlog.flying else "waiting"


def is_worth_showing(line: DestinationStatus) -> bool:
    """Leave out a removed destination that has neither rows nor dead letters."""
    return line.state != "removed" or bool(line.backlog.waiting or line.dead_letters)


def count_audiences(lines: Iterable[DestinationStatus]) -> str:
    """Count the audiences of destinations, and the journeys among them apart: "3 audiences, 1 journey"."""
    found = {(line.journey, line.audience) for line in lines if line.audience is not None}
    journeys = sum(journey for journey, _ in found)
    audiences = counted(len(found) - journeys, "audience")
    return f"{audiences}, {counted(journeys, 'journey')}" if journeys else audiences
