"""``/operations/ID``: how far a decision has come, and its end."""

from flask import Response

from pipeline.settle.operations import RUN, UNDER_WAY, Operation, find_operation
from pipeline.text.plural import counted
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.pages import page
from pipeline.web.context import stores
from pipeline.web.problems import Problem

DOING = {"replay": "Replaying", "drop": "Dropping"}
DONE = {"replay": "sent again", "drop": "dropped"}

operation = ConsoleBlueprint("operation")


@operation.get("/operations/<operation_id>")
def show(operation_id: str) -> Response:
    """Show an operation."""
    found = find_operation(stores().engine, operation_id)
    if found is None:
        raise Problem(
            "not-found", "There is no operation of this id; the activity names those that were begun."
        )
    return page(
        "operation",
        heading_of(found),
        live=found.state in UNDER_WAY,
        operation=found.document(),
        under_way=found.state in UNDER_WAY,
        ending=ending(found),
        source=found.chosen.get("source"),
    )


def heading_of(found: Operation) -> str:
    """Return "Replaying 1,234 dead letters"."""
    if found.kind == RUN:
        return f"Running source {found.chosen['source']}"
    return f"{DOING[found.kind]} {counted(found.matched, 'dead letter')}"


def ending(found: Operation) -> str:
    """Say how it ended: "1,230 sent again, 4 cannot be."; nothing while it is under way."""
    if found.state != "done":
        return ""
    if found.kind == RUN:
        return f"{counted(found.done, 'activation')} sent."
    text = f"{found.done:,} {DONE[found.kind]}"
    return f"{text}, {found.failed:,} cannot be." if found.failed else f"{text}."
