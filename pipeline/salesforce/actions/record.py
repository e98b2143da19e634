"""Keep the records of people, or rows of another object, as an audience says.

::

    leads and contacts   find ──► update those that differ; create = "Lead": upsert by the field of the RIID
    another object       upsert by ``key_field``

Source: REST API Developer Guide, ``resources_composite_sobjects_collections*.htm``.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.errors import RetryLater
from pipeline.model.action import Identifiers, Step, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Call, Done, Verdict
from pipeline.model.destination import Destination
from pipeline.model.mapping import RecordMapping
from pipeline.salesforce.actions.collections import Collections, Written
from pipeline.salesforce.actions.field_sources import created_values, field_sources
from pipeline.salesforce.actions.find_and_write import FindAndWrite
from pipeline.salesforce.actions.fitting_objects import FittingObjects
from pipeline.salesforce.actions.following import SearchOutcome
from pipeline.salesforce.actions.found_record import LEAD, PEOPLE, FoundRecord, object_of
from pipeline.salesforce.actions.keyed_rows import KeyedRows
from pipeline.salesforce.actions.learned import ALL_RECORDS, RECORD, SEPARATOR
from pipeline.salesforce.actions.search import FoundRecords, Search
from pipeline.salesforce.actions.values import differing_values, is_same, values_of
from pipeline.salesforce.calls import FUNCTION
from pipeline.salesforce.composite import composite_call
from pipeline.salesforce.connector import SalesforceConnector
from pipeline.salesforce.needs import NeededObject
from pipeline.salesforce.results import SETUP_CODES

ALLOWING: Mapping[str, str] = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}


class SalesforceRecord(FindAndWrite):
    """One record per row, or with ``reach = "address"`` all that have its address."""

    name = "salesforce_record"
    coalesces = True

    def __init__(self, connector: SalesforceConnector, destination: Destination) -> None:
        super().__init__(connector, destination)
        options = destination.options
        self.only_from: Mapping[str, Sequence[Any]] = options["only_from"]
        self.is_open = not options.get("objects")
        self.written = tuple(options.get("objects") or PEOPLE)
        self.creates = options["create"] == LEAD
        self.by_address = options["reach"] == "address"
        filled = (*options["fields"].values(), *options["set"])
        self.read = tuple(dict.fromkeys((*filled, *self.only_from)))
        self.fitting = FittingObjects(self.read, connector.riid_field)
        self._search_among(self.written)
        self.collections = Collections(connector, ALLOWING if options["duplicates"] == "allow" else {})
        self.use_mappings({})

    def _search_among(self, tables: tuple[str, ...]) -> None:
        self.written = tables
        self.search = Search(self.connector, tables, dict.fromkeys(tables, self.read), self.by_address)

    def use_mappings(self, mappings: Mapping[str, RecordMapping]) -> None:
        """Let values be written as the variables of mappings say."""
        options = self.destination.options
        self.sources = field_sources(options, mappings)
        self.created = created_values(options, mappings) if self.creates else {}
        self.rows: KeyedRows | None = None
        if key := options.get("key_field"):
            self.rows = KeyedRows(self.written[0], key, self.sources, options["set"])
            self.coalesces = self.rows.has_own_key

    def problem(self, row: Activation) -> str | None:
        """Look for an identifier, and for values that no field takes."""
        missing = super().problem(row) if self.rows is None else None
        misfits = next(filter(None, (source.problem(row) for source in self.sources)), None)
        return missing or misfits or (self.rows.problem(row) if self.rows else None)

    def recipient(self, row: Activation) -> str | None:
        """Return a hash of the identifier that a person's record is looked for by."""
        return super().recipient(row) if self.rows is None else None

    def shape(self, row: Activation) -> str:
        """Keep rows with an id apart from rows without one."""
        return super().shape(row) if self.rows is None else ""

    def steps(self, rows: Sequence[Activation]) -> tuple[Step, ...]:
        """Find and write; rows with a key are written at once."""
        return super().steps(rows) if self.rows is None else self.write_steps()

    def attributes(self) -> frozenset[str]:
        """Name the identifiers and variables that are read of an activation."""
        return frozenset((RECORD, "riid", "email", *(source.source for source in self.sources)))

    def needs(self) -> tuple[NeededObject, ...]:
        """Name the fields of each object."""
        options = self.destination.options
        filled = (*options["fields"].values(), *options["set"])
        key = options.get("key_field") or ""
        return tuple(
            NeededObject(
                name=table,
                written=filled,
                read=self.read,
                values=self._named_values(),
                is_created=bool(key) or (self.creates and table == LEAD),
                filled=frozenset(self.created),
                key=key,
                is_optional=self.is_open,
            )
            for table in (PEOPLE if self.is_open else self.written)
        )

    def _named_values(self) -> tuple[tuple[str, Any], ...]:
        states = ((name, state) for name, some in self.only_from.items() for state in some)
        return (*self.destination.options["set"].items(), *states)

    def values(self, row: Activation) -> dict[str, Any]:
        """Return the fields of a row."""
        return {**values_of(self.sources, row), **self.destination.options["set"]}

    def judge(self, row: Activation, record: FoundRecord, _bodies: Mapping[str, Any]) -> Verdict:
        """Leave a record alone that is so already, or that is in none of the states to change."""
        for name, states in self.only_from.items():
            if not any(is_same(state, record.values.get(name)) for state in states):
                return Done()
        return None if differing_values(self.values(row), record.values) else Done()

    def may_create(self, row: Activation) -> bool:
        """Tell whether a lead is made for a row without a record."""
        return self.creates and bool(self.search.riid_of(row)) and not self.search.id_of(row)

    def _call(self, rows: Sequence[Activation]) -> Call:
        if self.is_open and not self.fitting.tables:
            return composite_call(self.connector, self.fitting.parts())
        return super()._call(rows)

    def _findings(self, rows: Sequence[Activation], answer: Any) -> list[SearchOutcome]:
        if self.is_open and self.fitting.is_answer(answer):
            self.fitting.read(answer)
            self._search_among(self.fitting.tables)
            raise RetryLater("FIELDS_READ", "now it is known which objects have all fields", delay=0)
        return super()._findings(rows, answer)

    def _finding(self, row: Activation, found: FoundRecords, bodies: Mapping[str, Any]) -> SearchOutcome:
        if not self.by_address:
            return super()._finding(row, found, bodies)
        every = self.search.records_of(row, found)
        fitting = [record for record in every if not record.values.get("IsConverted")]
        if not fitting:
            return SearchOutcome(self.not_found(row))
        ids = [record.id for record in fitting if self.judge(row, record, bodies) is None]
        return SearchOutcome(None if ids else Done(), {ALL_RECORDS: SEPARATOR.join(ids)})

    def write_steps(self) -> tuple[Step, ...]:
        """Return the one step that writes."""
        write = Step(
            name="write",
            function=FUNCTION,
            call=self._write,
            verdicts=self._written,
            setup_codes=SETUP_CODES,
            learn=self._created,
        )
        return (write,)

    def _writes(self, rows: Sequence[Activation]) -> Iterator[Written]:
        return self.rows.writes(rows) if self.rows else self._records(rows)

    def _records(self, rows: Sequence[Activation]) -> Iterator[Written]:
        for position, row in enumerate(rows):
            values = self.values(row)
            ids = row.identifiers.get(ALL_RECORDS) or row.identifiers.get(RECORD) or ""
            for record_id in ids.split():
                yield Written(str(object_of(record_id)), dict(values), record_id, rows=[position])
            if not ids and self.may_create(row):
                yield self._new_lead(row, values, position)
            elif not ids:  # of a dry run, which finds no record
                yield Written(self.written[0], values, "", rows=[position])

    def _new_lead(self, row: Activation, values: Mapping[str, Any], position: int) -> Written:
        key = self.connector.riid_field
        filled = {name: value for name, value in values.items() if value not in (None, "")}
        whole = {**self.created, **filled, key: self.search.riid_of(row)}
        return Written(LEAD, whole, key=key, rows=[position])

    def _write(self, rows: Sequence[Activation]) -> Call:
        return self.collections.call(self._writes(rows))

    def _written(self, rows: Sequence[Activation], answer: Any) -> Verdicts:
        return self.collections.results(len(rows), self._writes(rows), answer).verdicts

    def _created(self, rows: Sequence[Activation], answer: Any) -> Mapping[int, Identifiers]:
        ids = self.collections.results(len(rows), self._writes(rows), answer).ids
        if self.rows:
            return {}
        new = (n for n, row in enumerate(rows) if not row.identifiers.keys() & {RECORD, ALL_RECORDS})
        return {position: {RECORD: ids[position]} for position in new if position in ids}
