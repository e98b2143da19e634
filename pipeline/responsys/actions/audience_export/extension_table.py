"""An extension table: look for it, make it, merge into it, delete from it.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-lists-listName-listExtensions-petName-members-post.htm
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pipeline.errors import Held, OutcomeUnknown
from pipeline.model.action import Step, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Call
from pipeline.responsys.actions.audience_export.column import Column
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.names import path
from pipeline.wire.codes import UNKNOWN

THERE_ALREADY = frozenset({"OBJECT_ALREADY_EXISTS", "TABLE_ALREADY_EXISTS"})


@dataclass(frozen=True)
class ExtensionTable:
    """One extension table of the connector's list, and the columns that it must have."""

    connector: ResponsysConnector
    name: str
    folder: str | None
    columns: tuple[Column, ...]

    def steps(self) -> tuple[Step, ...]:
        """Make sure that it is there."""
        return (
            Step(
                name=f'table "{self.name}"',
                function="retrieveProfileExtensions",
                call=self.look,
                verdicts=no_verdicts,
                sets_up=self.sets_up,
                found=self.found,
            ),
            Step(
                name=f'table "{self.name}"',
                function="createProfileExtension",
                call=self.create,
                verdicts=no_verdicts,
                sets_up=self.sets_up,
                settled_by=THERE_ALREADY,
            ),
        )

    @property
    def sets_up(self) -> str:
        """Name the table with its columns: when these change, it must be looked at again."""
        columns = sha256(" ".join(column.name for column in self.columns).encode()).hexdigest()[:16]
        return f"{self.connector.profile_list}/{self.name}/{columns}"

    def look(self, _: Sequence[Activation]) -> Call:
        """Ask for all tables of the list; there is no call for one of them."""
        return Call(
            function="retrieveProfileExtensions",
            path=path("lists", self.connector.profile_list, "listExtensions"),
            method="GET",
        )

    def found(self, answer: Any) -> bool:
        """Tell whether the table is there. Names are unique in a list, whatever the folder.

        Raises:
            Held: it lacks columns, which no call can add; or the options do not say where to make it.
            OutcomeUnknown: the answer is not a list of tables.
        """
        if not isinstance(answer, list):
            raise OutcomeUnknown(UNKNOWN, "no list of extension tables")
        known = next((columns for name, columns in map(described, answer) if name == self.name), None)
        if known is None and not self.folder:
            text = f'table "{self.name}" is not there, and "table_folder" does not say where to make it'
            raise Held("destination", "PROFILE_EXTENSION_NOT_FOUND", text)
        if known is None:
            return False
        missing = [column.name for column in self.columns if column.name.upper() not in known]
        if missing:
            text = f'table "{self.name}" has no column {", ".join(missing)}: add what is missing in Responsys'
            raise Held("destination", "INVALID_FIELD_NAME", text)
        return True

    def create(self, _: Sequence[Activation]) -> Call:
        """Build the request that makes it."""
        return Call(
            function="createProfileExtension",
            path=path("lists", self.connector.profile_list, "listExtensions"),
            body={
                "profileExtension": {"objectName": self.name, "folderName": self.folder},
                "fields": [{"fieldName": column.name, "fieldType": column.type} for column in self.columns],
            },
        )

    def members(self, query: str = "") -> str:
        """Return the path of its rows."""
        names = ("lists", self.connector.profile_list, "listExtensions", self.name, "members")
        return path(*names, api=self.connector.api) + query


def described(entry: Any) -> tuple[str, frozenset[str]]:
    """Return the name of a table in the list of all, and its columns in upper case."""
    extension, fields = (entry.get("profileExtension"), entry.get("fields")) if is_object(entry) else ({}, [])
    name = extension.get("objectName") if is_object(extension) else None
    columns = (
        [field.get("fieldName") for field in fields if is_object(field)] if isinstance(fields, list) else []
    )
    return str(name), frozenset(str(column).upper() for column in columns)


def is_object(value: Any) -> bool:
    """Tell whether ``value`` was an object in JSON."""
    return isinstance(value, Mapping)


def no_verdicts(rows: Sequence[Activation], _: Any) -> Verdicts:
    """Reject no row: the call was about the table."""
    return [None] * len(rows)
