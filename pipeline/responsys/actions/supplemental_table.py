"""Merge rows into a supplemental table, and delete those of leavers.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/Async/asyncApi-v1.3-folders-folderName-suppData-suppTable-members-post.htm
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from pipeline.errors import OutcomeUnknown
from pipeline.model.action import Action, Step, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Call
from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.responsys import needs
from pipeline.responsys.actions.audience_export.column import Column, carried, columns_of
from pipeline.responsys.actions.audience_export.record_data import record_data
from pipeline.responsys.actions.plans import Plans
from pipeline.responsys.errors import UNKNOWN
from pipeline.responsys.names import path
from pipeline.responsys.records import read_records, rejection

GONE = re.compile(r"no records? found", re.IGNORECASE)  # DELETEFAILED: NO records found for id


class SupplementalTable(Action):
    """One row of the table per profile."""

    name = "supplemental_table"
    state = True
    functions = ("mergeSupplementalTableMembers", "deleteSupplementalTableMember")

    def __init__(self) -> None:
        self._tables = Plans(Table.of)

    def problem(self, connector: Connector, destination: Destination, activation: Activation) -> str | None:
        """Look for the values that a row of the table is found by."""
        table = self._tables.of(connector, destination)
        for column in table.found_by:
            if not column.text(activation):
                return f'identifier or variable "{column.source}" is missing, by which the row is found'
        if table.found_by or leaves(activation) or table.filled(activation):
            return None
        return "it has a value for none of the columns"

    def shape(self, connector: Connector, destination: Destination, activation: Activation) -> str:
        """Name the columns: one that a row does not carry must not be in its call."""
        if leaves(activation):
            return "delete"
        filled = self._tables.of(connector, destination).filled(activation)
        return " ".join(["merge", *(column.name for column in filled)])

    def attributes(self, connector: Connector, destination: Destination) -> frozenset[str]:
        """Name what goes into columns."""
        return frozenset(destination.options["columns"])

    def needs(self, connector: Connector, destination: Destination) -> tuple[needs.Need, ...]:
        """Name the table, and what its rows are found by."""
        table, options = self._tables.of(connector, destination), destination.options
        return (
            needs.SupplementalTable(
                name=options["table"],
                folder=options["folder"],
                columns={column.name: column.type for column in table.columns},
                key=tuple(options.get("key") or ()),
                match_columns=tuple(options.get("match_columns") or ()),
            ),
        )

    def most_rows(
        self, connector: Connector, destination: Destination, rows: Sequence[Activation]
    ) -> int | None:
        """Return 1 for leavers: a call deletes one record."""
        return 1 if leaves(rows[0]) else None

    def steps(
        self, connector: Connector, destination: Destination, rows: Sequence[Activation]
    ) -> tuple[Step, ...]:
        """Merge, or delete; both may be done twice."""
        table = self._tables.of(connector, destination)
        if not leaves(rows[0]):
            return (table.merge(),)
        return (table.delete(),) if destination.options["on_remove"] == "delete" else ()


def leaves(activation: Activation) -> bool:
    """Return whether the profile leaves the audience."""
    return activation.call_type == "REMOVE"


@dataclass(frozen=True)
class Table:
    """The table of one destination."""

    connector: Connector
    options: Mapping[str, Any]
    columns: tuple[Column, ...]
    found_by: tuple[Column, ...]  # what tells its rows apart, as far as we are told

    @classmethod
    def of(cls, connector: Connector, destination: Destination) -> "Table":
        """Read the options."""
        options = destination.options
        columns = {column.name: column for column in columns_of(options["columns"])}
        names = options.get("key") or options.get("match_columns") or ()
        return cls(connector, options, tuple(columns.values()), tuple(columns[name] for name in names))

    def filled(self, row: Activation) -> tuple[Column, ...]:
        """Return the columns that a row says anything of."""
        return carried(self.columns, row)

    def members(self, api: str) -> str:
        """Return the path of the table's rows."""
        return path("folders", self.options["folder"], "suppData", self.options["table"], "members", api=api)

    def merge(self) -> Step:
        """Return the step that inserts and updates rows."""
        return Step(
            name="merge",
            function="mergeSupplementalTableMembers",
            call=self.merge_call,
            verdicts=self.merge_verdicts,
        )

    def merge_call(self, rows: Sequence[Activation]) -> Call:
        """Build the request; ``matchColumnNames`` is refused for a table that has a primary key."""
        options = self.options
        match = {"matchColumnNames": options["match_columns"]} if options.get("match_columns") else {}
        return Call(
            function="mergeSupplementalTableMembers",
            path=self.members(self.connector.api),
            body={
                "recordData": record_data([self.record(row) for row in rows]),
                "insertOnNoMatch": options["insert_on_no_match"],
                "updateOnMatch": options["update_on_match"],
                **match,
            },
        )

    def record(self, row: Activation) -> dict[str, str | None]:
        """Return the values of a row by their columns."""
        return {column.name: column.text(row) for column in self.filled(row)}

    def merge_verdicts(self, rows: Sequence[Activation], answer: Any) -> Verdicts:
        """Read one record per row: what was sent, or why it failed.

        Raises:
            OutcomeUnknown: the answer does not fit, or has another row's values in the place of one.
        """
        sent = [list(self.record(row).values()) for row in rows]
        answered = read_records(answer, len(rows))
        verdicts = [rejection(record, position) for position, record in enumerate(answered)]
        for verdict, record, own in zip(verdicts, answered, sent, strict=True):
            if verdict is None and record != own and record in sent:
                raise OutcomeUnknown(UNKNOWN, "a record is another row's than the one in its place")
        return verdicts

    def delete(self) -> Step:
        """Return the step that deletes one row; that it is gone already is as good."""
        return Step(
            name="delete",
            function="deleteSupplementalTableMember",
            call=self.delete_call,
            verdicts=delete_verdicts,
            settled_by=frozenset({"RECORD_NOT_FOUND"}),
        )

    def delete_call(self, rows: Sequence[Activation]) -> Call:
        """Build the request: the columns of the primary key and, in their order, the values of the row."""
        (row,) = rows
        names = [("qa", column.name) for column in self.found_by]
        query = urlencode([*names, *(("id", column.text(row)) for column in self.found_by)], quote_via=quote)
        return Call(
            function="deleteSupplementalTableMember",
            path=f"{self.members('sync')}?{query}",
            method="DELETE",
        )


def delete_verdicts(rows: Sequence[Activation], answer: Any) -> Verdicts:
    """Read whether the record is gone."""
    (record,) = read_records(answer, len(rows))
    why = rejection(record, 0)
    return [None if why and GONE.search(why.detail) else why]
