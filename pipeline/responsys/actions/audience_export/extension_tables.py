"""The extension tables of one destination: fields of its people, and their membership in the audience."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.model.action import Step
from pipeline.model.activation import Activation
from pipeline.model.destination import Destination
from pipeline.responsys.actions.audience_export.column import Column, carried, columns_of, problems
from pipeline.responsys.actions.audience_export.entries import Entries
from pipeline.responsys.actions.audience_export.extension_table import ExtensionTable
from pipeline.responsys.actions.audience_export.keys import HASHES, Key
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.merge_rule import is_leaver

MEMBER, NOT_MEMBER = "1", "0"
NO_TABLE_IDENTIFIER = "none of the identifiers for the extension tables is there"


@dataclass(frozen=True)
class ExtensionTables:
    """One or two tables, or none."""

    options: Mapping[str, Any]
    order: tuple[Key, ...]  # people are found by the first that a row has
    fields: ExtensionTable | None
    memberships: ExtensionTable | None
    membership: str  # the column of this audience

    @classmethod
    def of(
        cls, connector: ResponsysConnector, destination: Destination, keys: Mapping[str, Key]
    ) -> "ExtensionTables":
        """Read the options; ``keys`` are those of all identifiers, by their columns."""
        options = destination.options
        return cls(
            options=options,
            order=tuple(keys[column] for column in options["extension_identifiers"] if column in keys),
            fields=fields_table(connector, destination),
            memberships=memberships_table(connector, destination),
            membership=options["memberships"].get(destination.audience, ""),
        )

    @property
    def deletes(self) -> bool:
        """Whether the rows of leavers are deleted."""
        return bool(self.options["on_remove"] == "delete_row")

    @property
    def deletes_membership(self) -> bool:
        """Whether the rows of memberships are deleted too: only if they hold no other audience."""
        return self.deletes and len(self.options["memberships"]) == 1

    def sources(self) -> Iterator[str]:
        """Yield the identifiers and variables that fill fields."""
        return (column.source for column in (self.fields.columns if self.fields else ()))

    def key_of(self, row: Activation) -> Key | None:
        """Return the identifier that finds a row in the tables; None if it has none of them.

        Hashes are not documented for deletions.
        """
        deletes = self.deletes and is_leaver(row)
        order = [key for key in self.order if not (deletes and key.column in HASHES)]
        return next((key for key in order if key.given(row)), None)

    def fields_of(self, row: Activation) -> tuple[Column, ...]:
        """Return the fields that a row carries."""
        return carried(self.fields.columns, row) if self.fields else ()

    def entering_problem(self, row: Activation) -> str | None:
        """Say why a row that enters cannot be found in the tables it goes into."""
        if invalid := next(problems(self.fields.columns if self.fields else (), row), None):
            return invalid
        return self._key_problem(row) if self.memberships or self.fields_of(row) else None

    def leaving_problem(self, row: Activation) -> str | None:
        """Say why a row that leaves cannot be found in its tables."""
        if self.options["on_remove"] == "nothing":
            return "nothing is done about those who leave"
        return self._key_problem(row)

    def _key_problem(self, row: Activation) -> str | None:
        key = self.key_of(row)
        return key.problem(row) if key else NO_TABLE_IDENTIFIER

    def entering(self, row: Activation) -> Iterator[Step]:
        """Yield the steps for rows of this shape that enter."""
        key = self.key_of(row)
        if key is None:
            return
        if self.fields and self.fields_of(row):
            yield from self.fields.steps()
            yield Entries("fields", self.fields, key).write(self._values)
        if self.memberships:
            yield from self.memberships.steps()
            yield Entries("memberships", self.memberships, key).write(self._entered)

    def leaving(self, row: Activation) -> Iterator[Step]:
        """Yield the steps for rows of this shape that leave."""
        key = self.key_of(row)
        if key is None:
            return
        if self.fields and self.options["on_remove"] in ("blank", "delete_row"):
            entries = Entries("fields", self.fields, key)
            yield from self.fields.steps()
            yield entries.delete() if self.deletes else entries.change(self._blanks)
        if self.memberships and self.options["on_remove"] != "nothing":
            entries = Entries("memberships", self.memberships, key)
            yield from self.memberships.steps()
            yield entries.delete() if self.deletes_membership else entries.change(self._left)

    def _values(self, row: Activation) -> Mapping[str, str | None]:
        return {column.name: column.text(row) for column in self.fields_of(row)}

    def _blanks(self, _: Activation) -> Mapping[str, str | None]:
        return {column.name: "" for column in (self.fields.columns if self.fields else ())}

    def _entered(self, _: Activation) -> Mapping[str, str | None]:
        return {self.membership: MEMBER}

    def _left(self, _: Activation) -> Mapping[str, str | None]:
        return {self.membership: NOT_MEMBER}


def fields_table(connector: ResponsysConnector, destination: Destination) -> ExtensionTable | None:
    """Return the table of the fields; None if there are none."""
    options = destination.options
    if not options["fields"]:
        return None
    name = options.get("fields_table") or f"Activation_User_Fields_{destination.name}"
    return ExtensionTable(connector, name, folder(connector, destination), columns_of(options["fields"]))


def memberships_table(connector: ResponsysConnector, destination: Destination) -> ExtensionTable | None:
    """Return the table of the memberships, with a column for every audience; None if there are none."""
    options = destination.options
    if not options["memberships"]:
        return None
    columns = tuple(Column(audience, name, "STR500") for audience, name in options["memberships"].items())
    ordered = tuple(sorted(columns, key=lambda column: column.name))
    return ExtensionTable(connector, options["memberships_table"], folder(connector, destination), ordered)


def folder(connector: ResponsysConnector, destination: Destination) -> str | None:
    """Name the folder in which tables are made."""
    chosen: str | None = destination.options.get("table_folder")
    return chosen or connector.list_folder
