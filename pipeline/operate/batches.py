"""Batches as documents for programs, out of the ledger."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from pipeline.operate.paging import Page
from pipeline.settle.outcomes import unpack
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import batches
from pipeline.text.times import rfc3339

SHOWN = (
    *("id", "destination", "connector", "action", "attempt", "rows", "delivered", "unchanged", "rejected"),
    "outcome",
)
LARGE = ("outcomes", "prints")  # columns that only a trace reads


def page_of_batches(
    engine: Engine, page: Page, *, since: timedelta | None = None, **filters: str | None
) -> dict[str, Any]:
    """Return ``{"batches": [...], "next"}``, newest first; ``filters`` are values of columns."""
    statement = select(*(column for column in batches.c if column.name not in LARGE))
    for name, value in filters.items():
        if value is not None:
            statement = statement.where(batches.c[name] == value)
    if since is not None:
        statement = statement.where(batches.c.finished_at >= datetime.now(UTC) - since)
    with reading(engine) as connection:
        rows, following = page.read(connection, statement, batches, batches.c.finished_at)
    return {"batches": [batch_document(row) for row in rows], "next": following}


def find_batch(engine: Engine, identity: str) -> dict[str, Any] | None:
    """Return one batch, None if there is none of this id."""
    with reading(engine) as connection:
        row = connection.execute(select(batches).where(batches.c.id == identity)).mappings().one_or_none()
    return None if row is None else batch_document(dict(row))


def rows_of_batch(engine: Engine, identity: str) -> list[dict[str, Any]] | None:
    """Return the outcome of each row of a batch; None if there is no batch, or it is not kept any more."""
    with reading(engine) as connection:
        value = connection.scalar(select(batches.c.outcomes).where(batches.c.id == identity))
    if value is None:
        return None
    return [
        {"profile_id": row.profile_id, "call_type": row.call_type, "verdict": row.verdict}
        for row in unpack(value)
    ]


def batch_document(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a batch; ``returned`` is a number of rows, ``seconds`` those of its last call."""
    shown = {name: row[name] for name in SHOWN}
    times = {"seconds": row["seconds"], "finished_at": rfc3339(row["finished_at"])}
    return {**shown, "returned": len(row["returned"]), **times}
