"""What an operator may do at any time."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline.records import mirror
from pipeline.runtime.worker import Worker
from tests.model.records import DESTINATIONS, Setup, columns

if TYPE_CHECKING:
    from tests.model.actions import Actions

Act = Callable[["Actions", Worker], None]


def pause(scope: Any, name: str, actions: "Actions", worker: Worker) -> None:
    """Stop sending, as ``activation pause`` does."""
    if scope == "connector" or name not in actions.world.setup.removed:
        worker.records.hold(scope, name, "paused")
    mirror.publish(actions.world.client, worker.records.load())


def resume(actions: "Actions", worker: Worker) -> None:
    """Go on with everything that is paused or held."""
    actions.world.stopped = set()
    for scope, name in worker.records.load().holds:
        worker.records.release(scope, name)
    mirror.publish(actions.world.client, worker.records.load())


def change(destination: str, changes: Mapping[str, Any], actions: "Actions", _: Worker) -> None:
    """Change options of a destination, and bring it back if it was removed."""
    actions.world.setup.change(destination, **changes)
    actions.resent |= changes.get("on_unknown") == "resend"
    if "columns" in changes:
        actions.once_unmapped |= {(destination, name) for name in ("tier", "points")}
    actions.world.apply()


def remove(destination: str, actions: "Actions", _: Worker) -> None:
    """Remove a destination, with ``activation apply --prune``."""
    actions.once_removed.add(destination)
    actions.world.setup.remove(destination)
    actions.world.apply()


def restore(actions: "Actions", _: Worker) -> None:
    """Make everything as it was in the beginning."""
    actions.world.setup = Setup()
    actions.world.apply()


def flush(destination: str, actions: "Actions", worker: Worker) -> None:
    """Send now what waits."""
    worker.lanes.flush(destination)


DOES: Mapping[str, Act] = {
    "pause acme": partial(pause, "connector", "acme"),
    "pause event": partial(pause, "destination", "event"),
    "pause list": partial(pause, "destination", "list"),
    "resume": resume,
    **{f"flush {name}": partial(flush, name) for name in DESTINATIONS},
    **{f"remove {name}": partial(remove, name) for name in ("event", "table")},
    "event resends": partial(change, "event", {"on_unknown": "resend"}),
    "event moves": partial(change, "event", {"connector": "beta"}),
    "event moves within its account": partial(change, "event", {"connector": "acme-too"}),
    "list moves": partial(change, "list", {"connector": "beta"}),
    "table without points": partial(change, "table", {"columns": columns("table", "tier")}),
    "list without tier": partial(change, "list", {"columns": columns("list", "points")}),
    "one row per call": partial(change, "event", {"max_rows": 1}),
    "no waiting": partial(change, "event", {"max_age": 1}),
    "longer waiting": partial(change, "list", {"max_age": 300}),
    "event goes first": partial(change, "event", {"priority": "first"}),
    "event goes first no more": partial(change, "event", {"priority": None}),
    "restore": restore,
    "restart": lambda actions, _: actions.restart(),
}
