"""What a destination wants of every row, read from its options once."""

from dataclasses import dataclass
from typing import Any

from pipeline.model.activation import Activation
from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.responsys.actions.audience_export.column import Column, columns_of
from pipeline.responsys.actions.audience_export.keys import HASHED, HASHES, PLAIN, Key
from pipeline.responsys.actions.audience_export.permission import Permission
from pipeline.responsys.actions.audience_export.table import Table

OWN = ("RIID_", *HASHES)  # Responsys fills these; a merge names them only to match by them


@dataclass(frozen=True)
class Plan:
    """The options of one destination, ready for use."""

    connector: Connector
    destination: Destination
    match: tuple[Key, ...]  # one or two: how people are found in the list
    others: tuple[Key, ...]  # further identifiers that are written to the list
    order: tuple[Key, ...]  # how people are found in the tables: by the first that a row has
    permission: Permission
    columns: tuple[Column, ...]
    fields: Table | None
    memberships: Table | None
    membership: str  # the column of this audience

    @classmethod
    def of(cls, connector: Connector, destination: Destination) -> "Plan":
        """Read the options."""
        options = destination.options
        keys = {column: Key(source, column) for source, column in options["identifiers"].items()}
        wanted = [options[name] for name in ("match_column_1", "match_column_2") if options.get(name)]
        return cls(
            connector=connector,
            destination=destination,
            match=tuple(keys[column] for column in wanted),
            others=tuple(keys[column] for column in sorted(keys) if column not in (*wanted, *OWN)),
            order=tuple(keys[column] for column in options["extension_identifiers"] if column in keys),
            permission=Permission.of(options),
            columns=columns_of(options["columns"]),
            fields=fields_table(connector, destination),
            memberships=memberships_table(connector, destination),
            membership=options["memberships"].get(destination.audience, ""),
        )

    @property
    def options(self) -> Any:
        """The options as they are written."""
        return self.destination.options

    @property
    def deletes(self) -> bool:
        """Whether rows of tables are deleted when somebody leaves."""
        return bool(self.options["on_remove"] == "delete_row")

    @property
    def deletes_membership(self) -> bool:
        """Whether that goes for the membership too: only where its row holds no other audience."""
        return self.deletes and len(self.options["memberships"]) == 1

    def found_by(self, row: Activation) -> Key | None:
        """Return what finds a row in the tables; None when it has none of the identifiers."""
        deletes = row.call_type == "REMOVE" and self.deletes
        order = [key for key in self.order if not (deletes and key.column in HASHES)]
        return next((key for key in order if key.given(row)), None)

    def sources(self) -> frozenset[str]:
        """Name everything that is read of a row."""
        columns = (*self.columns, *(self.fields.columns if self.fields else ()))
        names = {*self.options["identifiers"], *(column.source for column in columns)}
        if HASHED in names:
            names.add(PLAIN)
        return frozenset(names | ({self.permission.source} if self.permission.source else set()))


def fields_table(connector: Connector, destination: Destination) -> Table | None:
    """Return the table of the fields; None when there are none."""
    options = destination.options
    if not options["fields"]:
        return None
    name = options.get("fields_table") or f"Activation_User_Fields_{destination.name}"
    return Table(connector, name, folder(connector, destination), columns_of(options["fields"]))


def memberships_table(connector: Connector, destination: Destination) -> Table | None:
    """Return the table of the memberships, with a column for every audience; None when there are none."""
    options = destination.options
    if not options["memberships"]:
        return None
    columns = tuple(Column(audience, name, "STR500") for audience, name in options["memberships"].items())
    ordered = tuple(sorted(columns, key=lambda column: column.name))
    return Table(connector, options["memberships_table"], folder(connector, destination), ordered)


def folder(connector: Connector, destination: Destination) -> str | None:
    """Name the folder in which tables are made."""
    chosen: str | None = destination.options.get("table_folder")
    return chosen or connector.list_folder
