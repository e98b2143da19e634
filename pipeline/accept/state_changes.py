"""State changes: activations of one claim that state actions overlay on waiting rows."""

from collections.abc import Callable

from pipeline.accept.entry_ids import DuplicateKey
from pipeline.model.action import Action
from pipeline.model.activation import Activation


class StateChanges:
    """The changes of each profile, by destination; of entries with one id only the first counts."""

    def __init__(self, seen: Callable[[DuplicateKey], bool]) -> None:
        self._seen = seen  # whether an entry with this key was accepted before
        self._first_entry: dict[str, int | None] = {}  # by digest; None: it was in an earlier claim
        self.by_destination: dict[str, tuple[Action, dict[str, list[Activation]]]] = {}

    def add(self, index: int, change: Activation, action: Action, key: DuplicateKey | None) -> None:
        """Add the change of the entry at ``index``, unless it is a repeat."""
        if key is not None and self._is_repeat(index, key):
            return
        found = self.by_destination.get(action.destination.name)
        if found is None:
            found = self.by_destination[action.destination.name] = (action, {})
        found[1].setdefault(change.profile_id, []).append(change)

    def _is_repeat(self, index: int, key: DuplicateKey) -> bool:
        if key.digest not in self._first_entry:
            self._first_entry[key.digest] = None if self._seen(key) else index
        return self._first_entry[key.digest] != index
