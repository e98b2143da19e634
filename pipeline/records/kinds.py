"""Kinds of connectors: the one table of what each of them brings."""

from pipeline.model.action import Action, UnusableAction
from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.responsys.actions import ACTIONS

__all__ = ["ACTIONS", "bind"]


def bind(connector: Connector, destination: Destination) -> Action:
    """Return the action of a destination; its options are read here."""
    action = ACTIONS[destination.action]
    if destination.problem:
        return UnusableAction(connector, destination, action)
    return action(connector, destination)
