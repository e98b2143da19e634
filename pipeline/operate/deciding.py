"""Deciding on dead letters: an operation, begun if as many match as the person saw."""

from sqlalchemy import Engine

from pipeline.errors import PipelineError
from pipeline.operate.activity import Actor, note
from pipeline.operate.running import ring
from pipeline.settle import dead_letters as letters
from pipeline.settle import letter_operations
from pipeline.settle.dead_letters import Filter
from pipeline.settle.operations import Operation


class CountChanged(PipelineError):
    """Another number of open letters matches than the person saw; nothing was done."""

    def __init__(self, matched: int) -> None:
        super().__init__(f"{matched:,} open letters match now; nothing was done. Look at them, then repeat.")
        self.matched = matched


def begin_decision(
    engine: Engine, broker_url: str, actor: Actor, kind: str, chosen: Filter, *, expect: int | None = None
) -> Operation:
    """Begin to replay or drop letters, and return the operation; raises CountChanged."""
    matched = count_matching(engine, chosen, expect)
    with engine.begin() as connection:
        operation = letter_operations.begin(connection, kind, chosen, matched, actor.name)
        note(connection, actor, f"dead_letters.{kind}", f"operation:{operation.id}", f"{matched} letters")
    ring(broker_url, operation.id)
    return operation


def count_matching(engine: Engine, chosen: Filter, expect: int | None) -> int:
    """Return the number of open letters that match; raises CountChanged if another was expected."""
    matched = letters.count(engine, chosen)
    if expect not in (None, matched):
        raise CountChanged(matched)
    return matched
