"""Merge rows into a supplemental table, and delete those of leavers.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/Async/asyncApi-v1.3-folders-folderName-suppData-suppTable-members-post.htm
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from pipeline.errors import OutcomeUnknown
from pipeline.model.action import Action, Step, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Call
from pipeline.model.destination import Destination
from pipeline.responsys.actions.audience_export.column import (
    carried,
    columns_of,
    left_out,
    problems,
    skipping,
)
from pipeline.responsys.actions.audience_export.record_data import record_data
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.errors import SETUP_CODES
from pipeline.responsys.merge_rule import is_leaver
from pipeline.responsys.names import path
from pipeline.responsys.needs import Need, NeededSupplementalTable
from pipeline.responsys.quoted_values import naming
from pipeline.responsys.records import read_records, rejection
from pipeline.text.recipients import recipient_hash
from pipeline.wire.codes import UNKNOWN

GONE = re.compile(r"no records? found", re.IGNORECASE)  # DELETEFAILED: NO records found for id


class SupplementalTable(Action):
    """One row of the table per profile."""

    connector: ResponsysConnector
    name = "supplemental_table"
    coalesces = True
    functions = ("mergeSupplementalTableMembers", "deleteSupplementalTableMember")

    def __init__(self, connector: ResponsysConnector, destination: Destination) -> None:
        super().__init__(connector, destination)
        self._options = options = destination.options
        names = options.get("key") or options.get("match_columns") or ()
        columns = {
            column.name: replace(column, skips_invalid=False) if column.name in names else column
            for column in columns_of(options["columns"])
        }
        self._columns = tuple(columns.values())
        self._skipping = skipping(self._columns)
        self.leaves_out = bool(self._skipping)
        self._found_by = tuple(columns[name] for name in names)  # tell rows apart, if the options say so

    def problem(self, row: Activation) -> str | None:
        """Look for the values that a row of the table is found by."""
        for column in self._found_by:
            if not column.text(row):
                return f'identifier or variable "{column.source}" is missing, by which the row is found'
        if not is_leaver(row) and (invalid := next(problems(self._columns, row), None)):
            return invalid
        if self._found_by or is_leaver(row) or carried(self._columns, row):
            return None
        return "it has a value for none of the columns"

    def recipient(self, row: Activation) -> str | None:
        """Return a hash of the values that a row of the table is found by; None if the options name none."""
        values = [column.text(row) or "" for column in self._found_by]
        return recipient_hash("\0".join(values)) if values else None

    def shape(self, row: Activation) -> str:
        """Name the columns: one that a row does not carry must not be in its call."""
        if is_leaver(row):
            return "delete"
        return " ".join(["merge", *(column.name for column in carried(self._columns, row))])

    def left_out(self, rows: Iterable[Activation]) -> Mapping[str, int]:
        """Count the values that rows that are merged go without."""
        return left_out(self._skipping, (row for row in rows if not is_leaver(row)))

    def attributes(self) -> frozenset[str]:
        """Name all that goes into columns."""
        return frozenset(self._options["columns"])

    def needs(self) -> tuple[Need, ...]:
        """Name the table, and the columns that its rows are found by."""
        options = self._options
        return (
            NeededSupplementalTable(
                name=options["table"],
                folder=options["folder"],
                columns={column.name: column.type for column in self._columns},
                key=tuple(options.get("key") or ()),
                match_columns=tuple(options.get("match_columns") or ()),
            ),
        )

    def most_rows(self, rows: Sequence[Activation]) -> int | None:
        """Return 1 for leavers: a call deletes one record."""
        return 1 if is_leaver(rows[0]) else None

    def steps(self, rows: Sequence[Activation]) -> tuple[Step, ...]:
        """Merge, or delete; both may be done twice."""
        if not is_leaver(rows[0]):
            return (
                Step(
                    name="merge",
                    function="mergeSupplementalTableMembers",
                    call=self._merge_call,
                    verdicts=self._merge_verdicts,
                    setup_codes=SETUP_CODES,
                    explain=naming("column", lambda row: self._record(row).items()),
                ),
            )
        delete = Step(
            name="delete",
            function="deleteSupplementalTableMember",
            call=self._delete_call,
            verdicts=delete_verdicts,
            settled_by=frozenset({"RECORD_NOT_FOUND"}),
            setup_codes=SETUP_CODES,
        )
        return (delete,) if self._options["on_remove"] == "delete" else ()

    def _members(self, api: str) -> str:
        """Return the path of the table's rows."""
        names = ("folders", self._options["folder"], "suppData", self._options["table"], "members")
        return path(*names, api=api)

    def _merge_call(self, rows: Sequence[Activation]) -> Call:
        """Build the request; ``matchColumnNames`` is refused for a table that has a primary key."""
        options = self._options
        match = {"matchColumnNames": options["match_columns"]} if options.get("match_columns") else {}
        return Call(
            function="mergeSupplementalTableMembers",
            path=self._members(self.connector.api),
            body={
                "recordData": record_data([self._record(row) for row in rows]),
                "insertOnNoMatch": options["insert_on_no_match"],
                "updateOnMatch": options["update_on_match"],
                **match,
            },
        )

    def _record(self, row: Activation) -> dict[str, str | None]:
        """Return the values of a row by their columns."""
        return {column.name: column.text(row) for column in carried(self._columns, row)}

    def _merge_verdicts(self, rows: Sequence[Activation], answer: Any) -> Verdicts:
        """Read one record per row: the values that were sent, or why it failed.

        Raises:
            OutcomeUnknown: the answer does not fit, or has another row's values in the place of one.
        """
        sent = [list(self._record(row).values()) for row in rows]
        records = read_records(answer, len(rows))
        verdicts = [rejection(record, position) for position, record in enumerate(records)]
        for verdict, record, values in zip(verdicts, records, sent, strict=True):
            if verdict is None and record != values and record in sent:
                raise OutcomeUnknown(UNKNOWN, "a record is another row's than the one in its place")
        return verdicts

    def _delete_call(self, rows: Sequence[Activation]) -> Call:
        """Build the request: the columns of the primary key and, in their order, the values of the row."""
        (row,) = rows
        names = [("qa", column.name) for column in self._found_by]
        values = [("id", column.text(row)) for column in self._found_by]
        query = urlencode([*names, *values], quote_via=quote)
        return Call(
            function="deleteSupplementalTableMember",
            path=f"{self._members('sync')}?{query}",
            method="DELETE",
        )


def delete_verdicts(rows: Sequence[Activation], answer: Any) -> Verdicts:
    """Read whether the record is gone."""
    (record,) = read_records(answer, len(rows))
    why = rejection(record, 0)
    return [None if why and GONE.search(why.detail) else why]
