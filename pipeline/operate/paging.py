"""Pages of a list, newest first: a cursor is the last row that was shown, so nothing repeats or is skipped.

``{"f": "<digest of the filters>", "at": "2026-11-29T12:00:00+00:00", "id": "..."}`` as URL-safe base64.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, and_, or_

from pipeline.errors import PipelineError


class ForeignCursor(PipelineError):
    """The cursor is none of ours, or of a list with other filters."""

    def __init__(self) -> None:
        super().__init__("This cursor is of another list, or of other filters: begin without one.")


@dataclass(frozen=True)
class Page:
    """How many rows of a list, after which one; ``filters`` are those of the list."""

    limit: int = 50
    cursor: str | None = None
    filters: Mapping[str, Any] | None = None

    def _list_of(self, table: Table) -> str:
        """Name the list that a cursor belongs to."""
        return f"{table.name} {json.dumps(self.filters or {}, sort_keys=True, default=str)}"

    def read(
        self,
        connection: Connection,
        statement: Select[Any],
        table: Table,
        at: Column[Any],
        key: Column[Any] | None = None,
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        """Return the rows of this page and the cursor of the next one, None if there is none.

        The list is ordered by the time ``at`` and by ``key``: None: the table's ``id``. Raises ForeignCursor.
        """
        key = table.c.id if key is None else key
        if self.cursor is not None:
            statement = statement.where(self._after(table, at, key))
        ordered = statement.order_by(at.desc(), key.desc()).limit(self.limit + 1)
        rows: list[Mapping[str, Any]] = [dict(row) for row in connection.execute(ordered).mappings()]
        more, rows = len(rows) > self.limit, rows[: self.limit]
        last = rows[-1] if more else None
        cursor = (
            encode_place(last[at.name].isoformat(), last[key.name], self._list_of(table)) if last else None
        )
        return rows, cursor

    def _after(self, table: Table, at: Column[Any], key: Column[Any]) -> ColumnElement[bool]:
        """Say in SQL: older than the row of the cursor. An index is searched by the first comparison."""
        moment, identity = decode_place(self.cursor or "", self._list_of(table))
        return and_(at <= moment, or_(at < moment, key < identity))


def encode_place(at: str, identity: str | int, of: str) -> str:
    """Return the cursor after the row with this time and id; the list ``of`` is not legible in it."""
    document = {"f": short_digest(of), "at": at, "id": identity}
    return urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def decode_place(cursor: str, of: str) -> tuple[datetime, Any]:
    """Return the time and id in a cursor of the list ``of``; raises ForeignCursor."""
    try:
        document = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        at = datetime.fromisoformat(document["at"])
        if document["f"] == short_digest(of) and isinstance(document["id"], str | int) and at.tzinfo:
            return at, document["id"]
    except (ValueError, TypeError, KeyError):
        pass
    raise ForeignCursor


def short_digest(text: str) -> str:
    """Return a short hash."""
    return blake2b(text.encode(), digest_size=6).hexdigest()
