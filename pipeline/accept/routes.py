"""Routes of a claim's entries: to which lanes each goes. accept.lua explains the written forms."""

from msgspec import Struct

from pipeline.accept.entry_ids import DuplicateKey

# Kinds of routed lanes, as accept.lua reads them.
ADD = ""  # the row is added to the lane
INVALID = "-"  # the row is not valid for this destination and is only counted
STATE = "="  # the row of a state action: counted here, added by its state row


class RoutedLane(Struct, frozen=True, gc=False):
    """One lane of a route, written as its kind and its name: "d1/all", "-d2/all", "=d3/all"."""

    kind: str
    lane: str

    @property
    def destination(self) -> str:
        """Name the destination; "" for an entry that has none."""
        return self.lane.partition("/")[0]


NOWHERE = RoutedLane(INVALID, "/")  # of entries that have no destination


class Routes:
    """Where the entries of a claim go, column by column."""

    def __init__(self, entries: int = 0) -> None:
        self.route_numbers: dict[tuple[RoutedLane, ...], int] = {}  # lanes to number, from 1
        self.route_of_entry = [0] * entries
        self.profiles = [""] * entries
        self.duplicate_keys: dict[int, DuplicateKey] = {}  # by the number of an entry, from 1
        # By destination, those of its entries as hashes; "" for other entries.
        self.recipients: dict[str, list[str]] = {}

    def put(
        self,
        index: int,
        profile: str,
        lanes: tuple[RoutedLane, ...],
        duplicate_key: DuplicateKey | None = None,
    ) -> None:
        """Say where the entry at ``index`` goes."""
        self.profiles[index] = profile
        numbers = self.route_numbers
        self.route_of_entry[index] = numbers.get(lanes) or numbers.setdefault(lanes, len(numbers) + 1)
        if duplicate_key is not None:
            self.duplicate_keys[index + 1] = duplicate_key

    def recipients_of(self, destination: str) -> list[str]:
        """Return the column of a destination's recipients."""
        return self.recipients.setdefault(destination, [""] * len(self.profiles))

    def destinations(self) -> set[str]:
        """Name the destinations of all entries; "" for those that have none."""
        return {lane.destination for lanes in self.route_numbers for lane in lanes}

    def encode(self) -> dict[str, object]:
        """Return the columns as accept.lua reads them."""
        return {
            "routes": [[lane.kind + lane.lane for lane in lanes] for lanes in self.route_numbers],
            "route_of_entry": self.route_of_entry,
            "profiles": self.profiles,
            "recipients": self.recipients,
            "duplicate_keys": {number: key.encode() for number, key in self.duplicate_keys.items()},
        }
