"""Agreement of records on circles: nothing comes back to the field that it was read from.

A change would be read again, written again, and so on, where a system or a form alters the value on its way::

    Contact.Title → source contacts → audience people → destination acme-people → CONTACTS_LIST.TITLE
    → source members → audience members → destination back → Contact.Title

A pair ends such a circle, for it knows its own writes. Rules end it as well: a person enters once by a key.
"""

from collections import deque
from collections.abc import Iterator, Mapping

from pipeline.records.documents import Documents
from pipeline.records.field_places import (
    Reading,
    WrittenPlace,
    readings_of,
    writings_of,
)

Circle = tuple[tuple[Reading, WrittenPlace], ...]  # each reading with the write that it leads to


def circles(after: Documents) -> Iterator[str]:
    """Yield a problem for each circle of sources and destinations that no pair ends, with its whole way."""
    paired = {
        (source, variable)
        for document in after["pairs"].values()
        for source in (*document["salesforce"], document["responsys"])
        for variable in document["fields"]
    }
    readings = [one for one in readings_of(after) if (one.source, one.variable) not in paired]
    told: set[frozenset[Reading]] = set()
    for one, circle in shortest_circles(readings, writings_of(after)):
        members = frozenset(reading for reading, _ in circle)
        if members not in told:
            told.add(members)
            yield problem_of(one, circle)


def shortest_circles(
    readings: list[Reading], writings: Mapping[str, list[WrittenPlace]]
) -> Iterator[tuple[Reading, Circle]]:
    """Yield each reading that a change comes back to, and its shortest way."""
    by_place: dict[tuple[str, ...], list[Reading]] = {}
    for one in readings:
        by_place.setdefault(one.place, []).append(one)
    for first in readings:
        if (circle := way_back(first, by_place, writings)) is not None:
            yield first, circle


def way_back(
    first: Reading,
    by_place: Mapping[tuple[str, ...], list[Reading]],
    writings: Mapping[str, list[WrittenPlace]],
) -> Circle | None:
    """Return the shortest way from a reading to itself; None: nothing comes back."""
    seen: set[Reading] = set()
    waiting: deque[tuple[Reading, Circle]] = deque([(first, ())])
    while waiting:
        reading, way = waiting.popleft()
        for written in writings.get(reading.audience, []):
            if written.variable not in (reading.variable, None):
                continue
            longer = (*way, (reading, written))
            for following in by_place.get(written.place, []):
                if following == first:
                    return longer
                if following not in seen:
                    seen.add(following)
                    waiting.append((following, longer))
    return None


def problem_of(first: Reading, circle: Circle) -> str:
    """Return the problem of a circle: its way, and the way out."""
    steps = "".join(
        f"{place_text(reading.place)} → source {reading.source} → audience {reading.audience} "
        f"→ destination {written.destination} → "
        for reading, written in circle
    )
    systems = {reading.place[1] for reading, _ in circle}
    way_out = "leave the field out of one of them"
    if len(systems) > 1:
        way_out += f', or give a pair "{first.variable}"'
    return f"destinations.{circle[-1][1].destination}: a circle: {steps}{place_text(first.place)}; {way_out}"


def place_text(place: tuple[str, ...]) -> str:
    """Return a place without its connector: "Lead.Title"."""
    return ".".join(place[1:])
