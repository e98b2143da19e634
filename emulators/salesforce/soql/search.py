"""The search: the ids to look at, by the index that leaves the fewest or has the order of the query."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from emulators.salesforce.org.org import Org
from emulators.salesforce.org.record import Values
from emulators.salesforce.org.table import Table, comparable
from emulators.salesforce.soql.bounds import STAMP, few_ids, least_id, least_place
from emulators.salesforce.soql.conditions import test_of
from emulators.salesforce.soql.paths import Path, Reader, find_path, reader_of
from emulators.salesforce.soql.syntax import Order, Query


class Search:
    """The records that fit a query, in its order."""

    def __init__(self, org: Org, table: Table, query: Query, with_deleted: bool) -> None:
        self.org = org
        self.table = table
        self.query = query
        self.with_deleted = with_deleted
        self.fits = test_of(org, table, query.where) if query.where is not None else lambda _values: True
        self.orders = [(find_path(org, table, order.path), order) for order in query.order]

    def ids(self) -> list[str]:
        """Return the ids of all records that fit, in order, within limit and offset."""
        query, found = self.query, []
        ordered = self.in_order()
        most = None if query.limit is None else query.limit + query.offset
        for values in self.fitting(ordered if ordered is not None else self.candidates()):
            found.append(values)
            if ordered is not None and most is not None and len(found) >= most:
                break
        if ordered is None:
            self.sort(found)
        return [values["Id"] for values in found[query.offset : most]]

    def fitting(self, ids: Iterable[str]) -> Iterator[Values]:
        """Yield the values of the records that a reader sees and that fit."""
        now, records = self.org.clock(), self.table.records
        for record_id in ids:
            values = records[record_id].seen_at(now) if record_id in records else None
            if values is None or (values.get("IsDeleted") and not self.with_deleted):
                continue
            if self.fits(values):
                yield values

    def in_order(self) -> Iterable[str] | None:
        """Return ids that come in the order of the query, None where no index has it."""
        order = [o.path.lower() for o in self.query.order if not o.descending]
        if len(order) != len(self.query.order) or few_ids(self.table, self.query.where) is not None:
            return None
        if order == ["id"]:
            ids = self.table.ids
            return islice(ids, bisect_left(ids, least_id(self.query.where)), None)
        return self.by_stamp() if order == [STAMP, "id"] else None

    def by_stamp(self) -> Iterator[str]:
        """Yield ids by the stamp that readers see."""
        now, table = self.org.clock(), self.table
        for moment, record_id in table.moments.since(least_place(self.query.where) or (0, "")):
            values = table.records[record_id].seen_at(now) if record_id in table.records else None
            if values is not None and values["SystemModstamp"] == moment:
                yield record_id

    def candidates(self) -> Iterable[str]:
        """Return the ids to look at, in no order."""
        few = few_ids(self.table, self.query.where)
        return self.table.ids if few is None else few

    def sort(self, found: list[Values]) -> None:
        """Sort by the fields of the query, the last one first; without any, as the ids come."""
        for path, order in reversed(self.orders):
            found.sort(key=sort_key(path, reader_of(self.org, path), order), reverse=order.descending)


def sort_key(path: Path, read: Reader, order: Order) -> Callable[[Values], tuple[bool, Any]]:
    """Return a sort key for the values of records; nulls come first or last, as the query orders."""
    nulls_above = order.nulls_last is not order.descending

    def key(values: Values) -> tuple[bool, Any]:
        value = read(values)
        if value is None:
            return (nulls_above, "")
        return (not nulls_above, comparable(path.field, value))

    return key
