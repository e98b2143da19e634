"""Tables: the records of one object, and the ways to find them."""

from collections.abc import Callable, Iterable
from typing import Any

from emulators.salesforce.org.field import Field
from emulators.salesforce.org.ids import new_id
from emulators.salesforce.org.indexes import Equals, Moments
from emulators.salesforce.org.record import Record, Values

Undo = Callable[[], None]


class Table:
    """One object: its fields by name in lower case, and its records by id."""

    def __init__(self, name: str, prefix: str, fields: Iterable[Field], key_prefix_number: int = 1) -> None:
        self.name = name
        self.prefix = prefix
        self.fields = {field.name.lower(): field for field in fields}
        self.hidden: set[str] = set()  # fields that the integration user may not see, in lower case
        self.records: dict[str, Record] = {}
        self.ids: list[str] = []  # ascending
        self.moments = Moments()
        self.equals: dict[str, Equals] = {}
        self.next_number = key_prefix_number

    def field(self, name: str) -> Field | None:
        """Return a field that the integration user sees."""
        key = name.lower()
        return None if key in self.hidden else self.fields.get(key)

    def take_id(self) -> str:
        """Return the id of a new record."""
        record_id = new_id(self.prefix, self.next_number)
        self.next_number += 1
        return record_id

    def put(self, values: Values, now: float, visible_at: float) -> Undo:
        """Store all values of a new or an earlier record; return a function that takes the write back."""
        record_id = values["Id"]
        record = self.records.get(record_id)
        if record is None:
            self.records[record_id] = Record(values, visible_at)
            self.ids.append(record_id)
        else:
            before = record.copy()
            record.write(values, now, visible_at)
        self.enter_indexes(values)
        if record is None:
            return lambda: self.remove(record_id)
        return lambda: self.records.__setitem__(record_id, before)

    def remove(self, record_id: str) -> None:
        """Take a record away without a trace."""
        del self.records[record_id]
        self.ids.remove(record_id)

    def enter_indexes(self, values: Values) -> None:
        """Make a record found by its stamp and by its values."""
        self.moments.add(values["SystemModstamp"], values["Id"])
        for name, index in self.equals.items():
            if name in values:
                index.add(comparable(self.fields[name.lower()], values[name]), values["Id"])

    def ids_with(self, field: Field, value: Any) -> list[str]:
        """Return the ids of the records with a value now or, for some readers, still."""
        index = self.equals.get(field.name)
        if index is None:
            index = self.equals[field.name] = Equals()
            for record_id, record in self.records.items():
                if field.name in record.values:
                    index.add(comparable(field, record.values[field.name]), record_id)
        key = comparable(field, value)
        return index.find(key, lambda record_id: self.has_value(record_id, field, key))

    def has_value(self, record_id: str, field: Field, key: object) -> bool:
        """Tell whether a record has a value now or, for some readers, still."""
        record = self.records.get(record_id)
        if record is None:
            return False
        states = (record.values, record.earlier or {})
        return any(comparable(field, state.get(field.name)) == key for state in states)

    def current(self, record_id: str) -> Values | None:
        """Return the newest values of a record, even if readers do not see them yet."""
        record = self.records.get(record_id)
        return None if record is None else record.values

    def seen(self, record_id: str, now: float) -> Values | None:
        """Return the values of a record that readers see."""
        record = self.records.get(record_id)
        return None if record is None else record.seen_at(now)


def comparable(field: Field, value: Any) -> Any:
    """Return a value in the form in which it is compared: text without case."""
    if isinstance(value, str) and field.is_text and not field.case_sensitive:
        return value.lower()
    return value
