"""Table of the actions of one kind of connector, each imported when it is looked up.

A command that uses one action does not wait for the modules of all actions.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module

from pipeline.model.action import Action


class ActionTable(Mapping[str, type[Action]]):
    """Actions by name; ``places``: of each, "module:class"."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def __getitem__(self, name: str) -> type[Action]:
        module, _, action = self._places[name].partition(":")
        imported: type[Action] = getattr(import_module(module), action)
        return imported

    def class_name(self, name: str) -> str:
        """Return the name of an action's class, without importing it."""
        return self._places[name].rpartition(":")[2]

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
