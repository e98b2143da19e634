"""Merge people's rows into an extension table, change their columns, delete them.

The identifier is ``CUSTOMER_ID_`` among the columns, and ``CUSTOMER_ID`` as the match column.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-lists-listName-listExtensions-petName-members-post.htm
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pipeline.model.action import Step, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Call
from pipeline.responsys.actions.audience_export.extension_table import ExtensionTable
from pipeline.responsys.actions.audience_export.keys import HASHES, Key
from pipeline.responsys.actions.audience_export.record_data import record_data
from pipeline.responsys.actions.audience_export.verdicts import absent_is_done, merged
from pipeline.responsys.quoted_values import naming

Values = Callable[[Activation], Mapping[str, str | None]]

# How a deletion names its identifier; hashes are not documented for it.
QUERY = {"RIID_": "r", "EMAIL_ADDRESS_": "e", "CUSTOMER_ID_": "c", "MOBILE_NUMBER_": "m"}


@dataclass(frozen=True)
class Entries:
    """The rows of a table for people found by one identifier."""

    name: str  # of the steps
    table: ExtensionTable
    key: Key

    def write(self, values: Values) -> Step:
        """Write ``values``, into new rows where there are none.

        Only members of the list have rows in its tables, and a hash inserts none.
        """
        return self._merge(values, insert=self.key.column not in HASHES, verdicts=self._verdicts)

    def change(self, values: Values) -> Step:
        """Write ``values`` where there is a row; that there is none is as good."""
        return self._merge(values, insert=False, verdicts=partial(absent_is_done, self._verdicts))

    def delete(self) -> Step:
        """Delete the rows; that there is none is as good."""
        return Step(
            name=self.name,
            function="deleteProfileExtensionMembers",
            call=self._delete_call,
            verdicts=partial(absent_is_done, self._verdicts),
        )

    def _merge(self, values: Values, *, insert: bool, verdicts: Callable[..., Verdicts]) -> Step:
        return Step(
            name=self.name,
            function="mergeProfileExtensionMembers",
            call=partial(self._merge_call, values, insert=insert),
            verdicts=verdicts,
            explain=naming("column", lambda row: self._record(values, row).items()),
        )

    def _record(self, values: Values, row: Activation) -> Mapping[str, str | None]:
        return {self.key.column: self.key.value(row), **values(row)}

    def _merge_call(self, values: Values, rows: Sequence[Activation], *, insert: bool) -> Call:
        key = self.key
        return Call(
            function="mergeProfileExtensionMembers",
            path=self.table.members(),
            body={
                "recordData": record_data([self._record(values, row) for row in rows]),
                "insertOnNoMatch": insert,
                "updateOnMatch": "REPLACE_ALL",
                "matchColumnName1": key.column.removesuffix("_"),
                "matchColumnName2": None,
            },
        )

    def _delete_call(self, rows: Sequence[Activation]) -> Call:
        return Call(
            function="deleteProfileExtensionMembers",
            path=self.table.members("?action=delete"),
            body={
                "queryAttribute": QUERY[self.key.column],
                "ids": [self.key.value(row) for row in rows],
            },
        )

    def _verdicts(self, rows: Sequence[Activation], answer: object) -> Verdicts:
        return merged([self.key], rows, answer)
