"""Indexes of a table. Entries are added with every write and dropped when a search finds them outdated."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator

Valid = Callable[[str], bool]  # whether an id still belongs to the entry at which it was found


class Moments:
    """The ids of a table by ``SystemModstamp``, then by id."""

    def __init__(self) -> None:
        self.moments: list[int] = []  # ascending
        self.buckets: dict[int, list[str]] = {}
        self.unsorted: set[int] = set()

    def add(self, moment: int, record_id: str) -> None:
        """Note that a record has this stamp."""
        bucket = self.buckets.get(moment)
        if bucket is None:
            self.buckets[moment] = [record_id]
            insort(self.moments, moment)
        elif bucket[-1] != record_id:
            if bucket[-1] > record_id:
                self.unsorted.add(moment)
            bucket.append(record_id)

    def since(self, least: tuple[int, str]) -> Iterator[tuple[int, str]]:
        """Yield moments and ids in order, from a moment and, within it, an id on."""
        for moment in self.moments[bisect_left(self.moments, least[0]) :]:
            bucket = self.sorted_bucket(moment)
            first = bisect_left(bucket, least[1]) if moment == least[0] else 0
            yield from ((moment, record_id) for record_id in bucket[first:])

    def sorted_bucket(self, moment: int) -> list[str]:
        """Return the ids of one moment in order, each once."""
        if moment in self.unsorted:
            self.buckets[moment] = sorted(set(self.buckets[moment]))
            self.unsorted.discard(moment)
        return self.buckets[moment]


class Equals:
    """The ids of a table by the value of one field."""

    def __init__(self) -> None:
        self.ids: dict[object, set[str]] = {}

    def add(self, value: object, record_id: str) -> None:
        """Note that a record has this value."""
        self.ids.setdefault(value, set()).add(record_id)

    def find(self, value: object, valid: Valid) -> list[str]:
        """Return the ids with a value, in order, and drop the outdated ones."""
        found = self.ids.get(value)
        if not found:
            return []
        outdated = {record_id for record_id in found if not valid(record_id)}
        found -= outdated
        return sorted(found)
