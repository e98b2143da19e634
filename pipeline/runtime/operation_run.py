"""Operations of both kinds, on dead letters and on sources, carried out by a worker."""

from collections.abc import Callable

from sqlalchemy import Engine

from pipeline.produce.appender import Appender
from pipeline.records.catalog import Catalog
from pipeline.runtime import source_operations
from pipeline.runtime.source_operations import RunSource
from pipeline.settle import letter_operations
from pipeline.settle.operations import RUN, find_operation


def carry_out_any(
    engine: Engine, run: RunSource, catalog: Callable[[], Catalog], identity: str, appender: Appender
) -> str:
    """Carry out an operation, unless another worker is at it; return its end in a line for Flower."""
    operation = find_operation(engine, identity)
    if operation is not None and operation.kind == RUN:
        operation = source_operations.carry_out(engine, run, catalog(), identity, appender)
    elif operation is not None:
        operation = letter_operations.carry_out(engine, identity, appender)
    if operation is None:
        return f"{identity}: nothing to do, or another worker is at it"
    return f"{identity}: {operation.state}, {operation.done} done, {operation.failed} cannot be"
