"""Records of a source, read by SOQL: by key, so that no locator has to be kept.

Source: SOQL and SOSL Reference, ``sforce_api_calls_soql_select_orderby.htm``; REST API Developer Guide,
``resources_queryall.htm``.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from pipeline.errors import Held
from pipeline.model.call import Call
from pipeline.model.mapping import RecordMapping
from pipeline.model.record_reader import Position, RecordPage
from pipeline.model.source import SalesforceSource
from pipeline.model.source_record import SourceRecord
from pipeline.model.variable_values import as_id
from pipeline.salesforce import roles, soql
from pipeline.salesforce.calls import reading
from pipeline.salesforce.client import SalesforceClient
from pipeline.salesforce.record_rows import RecordRows, id_of, moment_of
from pipeline.salesforce.source_condition import SourceCondition
from pipeline.salesforce.source_fields import SourceFields
from pipeline.wire.answers import OddAnswer, as_documented

PAGE_ROWS = 2_000
ROW_IDS = 200  # in one query
HIDDEN = "INVALID_FIELD"  # a field that is not there, or that our user does not see

Ask = Callable[[Call], Any]
Rows = Sequence[Mapping[str, Any]]


class SalesforceRecordReader:
    """Reads by one client; ``ask`` sends a call once there is a permit for it."""

    def __init__(
        self,
        source: SalesforceSource,
        mapping: RecordMapping,
        client: SalesforceClient,
        ask: Ask | None = None,
        extra: Sequence[str] = (),
        optional: Collection[str] = (),
    ) -> None:
        """``optional``: those of the extra fields that are left out where our user does not see them."""
        self.source = source
        self._client = client
        self._ask = ask or client.send
        mapped = mapping.fields_for(source.object)
        self._condition = SourceCondition(source, mapping, client.connector.zone)
        self._mapping, self._optional = mapping, set(optional)
        self._fields = SourceFields(
            source, (*mapped, *self._condition.paths), extra, client.connector.riid_field
        )
        self._rows = RecordRows(self._fields, mapping)

    @property
    def org(self) -> str:
        """The org that answered last."""
        return as_id(self._client.org) if self._client.org else ""

    def page(self, after: Position) -> RecordPage:
        """Return the next records in the order of stamps and ids, deleted ones too."""
        order = (self._fields.stamp, "Id")
        where = beyond(self._fields.stamp, after) if after.stamp else None
        return self._page("queryAll", where, order, after)

    def page_by_id(self, after: str) -> RecordPage:
        """Return the next records in the order of ids."""
        where = soql.compare("Id", ">", after) if after else None
        return self._page("query", where, ("Id",), Position(0, after))

    def by_ids(self, ids: Sequence[str]) -> Sequence[SourceRecord]:
        """Return records by their ids, also deleted ones and those that ``where`` leaves out."""
        return self._records(self._rows_by_ids(ids))

    def chosen_by_ids(self, ids: Sequence[str]) -> Sequence[SourceRecord]:
        """Return those of some records that ``where`` chooses, deleted ones too."""
        return self._records(self._rows_by_ids(ids, self._condition.clause()), self._condition.fulfilled_by)

    def people_of(self, parents: Sequence[str]) -> Mapping[str, Sequence[SourceRecord]]:
        """Return the contacts of deals by their roles."""
        found: dict[str, list[SourceRecord]] = {}
        riid = self._client.connector.riid_field
        for deals in soql.lists_of(parents, ROW_IDS) if self.source.who else ():
            rows = self._roles(deals, riid)
            with as_documented(f"a query of {roles.ROLES}"):
                found |= roles.people_by_parent(rows, self.source, self.org, riid)
        return found

    def _roles(self, deals: Sequence[str], riid: str) -> Rows:
        """Return the roles of up to 200 deals, by key where an answer does not hold all."""
        rows: list[Mapping[str, Any]] = []
        while True:
            answer = self._query("query", roles.query_of(deals, riid, id_of(rows[-1]) if rows else ""))
            rows += answer["records"]
            if answer["done"] or not answer["records"]:
                return rows

    def _rows_by_ids(self, ids: Sequence[str], also: soql.Clause | None = None) -> Rows:
        """Return the rows of some ids, asking again for those that an answer had no room for."""
        rows: dict[str, Mapping[str, Any]] = {}
        while missing := [one for one in ids if one not in rows]:
            among = soql.among("Id", missing)
            answer = self._answer("queryAll", soql.both(also, among) if also else among)
            with as_documented(self._asked):
                rows |= {id_of(row): row for row in answer["records"]}
            if answer["done"]:
                break
            if not answer["records"]:
                raise repeats()
        return list(rows.values())

    def _page(self, way: str, where: soql.Clause | None, order: Sequence[str], after: Position) -> RecordPage:
        answer = self._answer(way, self._chosen(where), order)
        rows = answer["records"]
        with as_documented(self._asked):
            last = self._place(rows[-1], order) if rows else after
            is_last = bool(answer["done"]) and answer["totalSize"] < PAGE_ROWS
        if rows and (last == after or last.stamp < after.stamp):
            raise repeats()
        records = self._records(rows, self._condition.fulfilled_by)
        return RecordPage(records, last, is_last or not rows, self._client.now)

    def _records(self, rows: Rows, wanted: Callable[[Rows], Rows] = list) -> list[SourceRecord]:
        """Return the wanted ones of an answer's rows as records."""
        with as_documented(self._asked):
            return self._rows.records(wanted(rows), self.org)

    @property
    def _asked(self) -> str:
        return f"a query of {self.source.object}"

    def _chosen(self, where: soql.Clause | None) -> soql.Clause | None:
        """Return a condition together with ``where`` of the source."""
        clauses = [clause for clause in (self._condition.clause(), where) if clause is not None]
        return soql.both(*clauses) if clauses else None

    def _place(self, row: Mapping[str, Any], order: Sequence[str]) -> Position:
        return Position(moment_of(row[order[0]]) if len(order) > 1 else 0, id_of(row))

    def _select(self, where: soql.Clause | None, order: Sequence[str] = ()) -> str:
        limit = PAGE_ROWS if order else None
        return soql.select(self._fields.names, self.source.object, where=where, order=order, limit=limit)

    def _answer(self, way: str, where: soql.Clause | None, order: Sequence[str] = ()) -> Any:
        """Ask for records; optional fields that our user does not see are left out from then on."""
        try:
            return self._query(way, self._select(where, order))
        except Held as error:
            hidden = {name for name in self._optional if error.code == HIDDEN and name in error.detail}
            if not hidden:
                raise
        self._optional -= hidden
        extra = [name for name in self._fields.extra if name not in hidden]
        self._fields = replace(self._fields, extra=extra)
        self._rows = RecordRows(self._fields, self._mapping)
        return self._answer(way, where, order)

    def _query(self, way: str, query: str) -> Any:
        answer = self._ask(reading(self._client.connector, f"/{way}?q={quote(query)}"))
        if not isinstance(answer, dict) or not isinstance(answer.get("records"), list):
            raise Held("connector", "OutcomeUnknown", "the org answers to a query with something else")
        with as_documented("a query"):
            if answer["done"] and len(answer["records"]) < answer["totalSize"]:
                raise OddAnswer("it has fewer records than it counts")
        return answer


def repeats() -> Held:
    """Return the error of pages that do not go on."""
    return Held("destination", "PAGE_REPEATS", "the org answers with other records than asked for")


def beyond(stamp: str, after: Position) -> soql.Clause:
    """Ask for records after a place; without an id those of its very moment are included."""
    seconds, rest = divmod(after.stamp, 1000)
    moment = datetime.fromtimestamp(seconds, UTC) + timedelta(milliseconds=rest)
    if not after.id:
        return soql.compare(stamp, ">=", moment)
    same = soql.both(soql.compare(stamp, "=", moment), soql.compare("Id", ">", after.id))
    return soql.either(soql.compare(stamp, ">", moment), same)


def calls_to_read(source: SalesforceSource, records: int) -> int:
    """Count the calls that read so many records; at most, where their people are asked for."""
    pages = -(-records // PAGE_ROWS)
    return pages + (-(-records // ROW_IDS) if source.who else 0)
