"""Columns of members: those of the list, and those of its extension tables, which are named TABLE.COLUMN."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pipeline.model.connector import Connector
from pipeline.records.kinds import kind_of
from pipeline.rules.outside import Columns

RIID = "RIID_"


@dataclass(frozen=True)
class MemberColumns:
    """Reads columns of up to 200 members in a call: ``of_list``, and by the name of a table ``of_table``."""

    of_list: Callable[..., Mapping[str, Columns]]
    of_table: Callable[..., Mapping[str, Columns]]

    @classmethod
    def of(cls, connector: Connector, ask: Callable[..., Any]) -> "MemberColumns | None":
        """Return a way to read by a connector; None: it has no members. ``ask`` sends a call."""
        kind = kind_of(connector)
        if kind.member_columns is None or kind.extension_columns is None:
            return None
        return cls(
            partial(kind.member_columns, connector, ask), partial(kind.extension_columns, connector, ask)
        )

    def read(self, identifier: str, values: Sequence[str], names: Sequence[str]) -> dict[str, Columns]:
        """Return the columns by the values of an identifier; a person that is not in the list has none.

        A table is asked by RIID, which the list tells of an address. Raises CallError if the account cannot
        be asked.
        """
        tables = columns_by_table(names)
        listed = tables.pop("", [])
        found: dict[str, dict[str, str | None]] = {value: {} for value in values}
        if listed or identifier != "riid":
            rows = self.of_list(identifier, values, [*listed, *([RIID] if tables else [])])
            found |= {value: dict(row) for value, row in rows.items()}
        riids = {value: value if identifier == "riid" else row.get(RIID) for value, row in found.items()}
        for table, columns in tables.items():
            ids = [riid for riid in riids.values() if riid]
            rows = self.of_table(table, ids, columns) if ids else {}
            for value, row in found.items():
                own = rows.get(riids[value] or "", {})
                row |= {f"{table}.{column}": text for column, text in own.items()}
        return {value: {name: row[name] for name in names if name in row} for value, row in found.items()}


def columns_by_table(names: Sequence[str]) -> dict[str, list[str]]:
    """Sort columns by their table; "": those of the list."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        table, _, column = name.rpartition(".")
        found[table].append(column)
    return found
