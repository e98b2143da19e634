"""The org: all tables, the writes to them, and transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from emulators.salesforce.org.field import Field
from emulators.salesforce.org.ids import new_id
from emulators.salesforce.org.record import Values
from emulators.salesforce.org.settings import OrgSettings
from emulators.salesforce.org.standard import OBJECTS, standard_fields
from emulators.salesforce.org.table import Table, Undo

ORG_NUMBER, API_USER, OTHER_USER = 7001, 1, 2


class Org:
    """Objects by name, and the settings; ``saved`` is called with each record that a client or user wrote."""

    def __init__(self, clock: Callable[[], float], number: int = ORG_NUMBER) -> None:
        self.clock = clock
        self.settings = OrgSettings()
        self.id = new_id("00D", number)
        self.tables: dict[str, Table] = {}
        self.by_prefix: dict[str, Table] = {}
        self.journal: list[Undo] | None = None
        self.saved: Callable[[str, Values], None] = lambda _name, _values: None
        for name in OBJECTS:
            self.add_table(name, *standard_fields(name))
        self.add_users()

    def add_table(self, name: str, prefix: str, fields: list[Field]) -> Table:
        """Add an object."""
        table = self.tables[name.lower()] = self.by_prefix[prefix] = Table(name, prefix, fields)
        return table

    def add_users(self) -> None:
        """Add the organization, the user that the API runs as, and a human."""
        self.store("Organization", {"Id": self.id, "Name": "Acme", "IsSandbox": False})
        for number, name in ((API_USER, "integration@acme.example"), (OTHER_USER, "ada@acme.example")):
            user = {"Id": new_id("005", number), "Name": name, "Username": name, "IsActive": True}
            self.store("User", user)
        self.table("User").next_number = OTHER_USER + 1

    @property
    def api_user(self) -> str:
        """Return the id of the user that the API runs as."""
        return new_id("005", API_USER)

    @property
    def human(self) -> str:
        """Return the id of a user that edits by hand."""
        return new_id("005", OTHER_USER)

    def table(self, name: str) -> Table:
        """Return an object that is there for certain."""
        return self.tables[name.lower()]

    def table_of_id(self, record_id: str) -> Table | None:
        """Return the object that an id belongs to, by its key prefix."""
        return self.by_prefix.get(record_id[:3])

    def find(self, record_id: str | None) -> Values | None:
        """Return the newest values of a record that is not deleted."""
        table = self.table_of_id(record_id) if record_id else None
        values = table.current(record_id) if table and record_id else None
        return None if values is None or values.get("IsDeleted") else values

    def store(self, name: str, changes: Values, user: str | None = None) -> Values:
        """Write a record, new or not, and stamp it."""
        table = self.table(name)
        moment = int(self.clock())
        user = user or new_id("005", API_USER)
        stamps = {"SystemModstamp": moment, "LastModifiedDate": moment, "LastModifiedById": user}
        before = table.current(changes["Id"]) or {
            "CreatedDate": moment,
            "CreatedById": user,
            "IsDeleted": False,
        }
        return self.put(table, without_null(before | changes | stamps))

    def touch(self, record_id: str | None, **changes: Any) -> None:
        """Move ``SystemModstamp`` of a record without an edit: ``LastModifiedDate`` stays."""
        values = self.find(record_id)
        table = self.table_of_id(record_id) if record_id else None
        if values is not None and table is not None:
            self.put(table, values | changes | {"SystemModstamp": int(self.clock())})

    def put(self, table: Table, values: Values) -> Values:
        """Put values into a table, so that an open transaction can take them back."""
        now = self.clock()
        undo = table.put(values, now, now + self.settings.delay)
        if self.journal is not None:
            self.journal.append(undo)
        return values

    @contextmanager
    def transaction(self) -> Iterator[Callable[[], None]]:
        """Yield a function that takes back every write since; writes of an outer transaction stay its own."""
        outer, writes = self.journal, list[Undo]()
        self.journal = writes

        def take_back() -> None:
            while writes:
                writes.pop()()

        try:
            yield take_back
        finally:
            self.journal = outer
            if outer is not None:
                outer.extend(writes)


def without_null(values: Values) -> Values:
    """Leave out the fields that hold nothing."""
    return {name: value for name, value in values.items() if value is not None}
