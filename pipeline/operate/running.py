"""Running a source now: an operation, which a worker carries out."""

from contextlib import closing

from sqlalchemy import Connection, Engine, select

from pipeline.operate.activity import Actor, note
from pipeline.settle.operations import RUN, UNDER_WAY, Operation, store_operation
from pipeline.stores.doorbell import Doorbell
from pipeline.stores.operator_tables import operations as table


def begin_run(
    engine: Engine, broker_url: str, actor: Actor, source: str, *, confirm: bool, full: bool = False
) -> Operation:
    """Begin to run a source, and return the operation; one that is under way is returned as it is.

    ``confirm``: send although the numbers raise concerns. ``full``: a stream is read from the beginning.
    """
    chosen: dict[str, object] = {"source": source, "confirm": confirm, **({"full": True} if full else {})}
    with engine.begin() as connection:
        operation = run_under_way(connection, chosen)
        if operation is None:
            operation = store_operation(connection, RUN, chosen, actor.name)
            note(connection, actor, "source.run", f"source:{source}", f"operation {operation.id}")
    ring(broker_url, operation.id)
    return operation


def run_under_way(connection: Connection, chosen: dict[str, object]) -> Operation | None:
    """Return the operation that runs the same source in the same way, None if there is none."""
    wanted = select(table).where(table.c.kind == RUN, table.c.state.in_(UNDER_WAY))
    operations = [Operation(**row) for row in connection.execute(wanted).mappings()]
    return next((one for one in operations if one.chosen == chosen), None)


def ring(broker_url: str, operation: str) -> None:
    """Call a worker for an operation; if the ring is lost, the workers' timer finds the operation."""
    with closing(Doorbell(broker_url)) as doorbell:
        doorbell.run_operation(operation)
