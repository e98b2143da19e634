"""Find, then write: the base of all actions on the records of people.

::

    find ──► find again, where a merge or a conversion led to a record that was not read ──► write

So a conversion, a merge, a deletion and "is so already" are known a moment before the write.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.errors import Held, RetryLater
from pipeline.model.action import Action, Identifiers, Step, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Call, Rejection, Verdict
from pipeline.salesforce.actions.following import Following, SearchOutcome, is_followed, learned_by_position
from pipeline.salesforce.actions.found_record import (
    FoundRecord,
    are_of_one_person,
    final_record,
    object_of,
    primary_of,
)
from pipeline.salesforce.actions.learned import FOLLOWING, RECORD
from pipeline.salesforce.actions.search import OPTIONAL, FoundRecords, Search
from pipeline.salesforce.calls import FUNCTION
from pipeline.salesforce.composite import CompositePart, composite_call, read_parts
from pipeline.salesforce.connector import SalesforceConnector
from pipeline.text.recipients import recipient_hash

FRESH = 60.0  # seconds; records that were found earlier are found again before they are written
NOT_FOUND = "NO_RECORD_FOUND"
AMBIGUOUS = "Ambiguous"


class FindAndWrite(Action):
    """An action that looks for the records of its rows first."""

    connector: SalesforceConnector
    functions = (FUNCTION,)
    calls_per_batch = 2
    briefed = frozenset({RECORD})
    ignores_leavers = True
    search: Search
    written: tuple[str, ...]  # objects that a row may lead to
    further_names: tuple[str, ...] = ()  # of requests that a search may have beside its queries

    @abstractmethod
    def judge(self, row: Activation, record: FoundRecord, bodies: Mapping[str, Any]) -> Verdict:
        """Return None where a row's record is to be written, Done where it is so already."""

    @abstractmethod
    def write_steps(self) -> tuple[Step, ...]:
        """Return the steps after the search."""

    def further_parts(self, _rows: Sequence[Activation]) -> list[CompositePart]:
        """Return further requests of a search; their answers may be missing from one that began earlier."""
        return []

    def teach(self, _row: Activation, _record: FoundRecord, _bodies: Mapping[str, Any]) -> Identifiers:
        """Return the further names that the later steps need of a row."""
        return {}

    def may_create(self, _row: Activation) -> bool:
        """Tell whether a record is made for a row without one."""
        return False

    def problem(self, row: Activation) -> str | None:
        """Look for an identifier that a record can be found by."""
        return self.search.problem(row)

    def recipient(self, row: Activation) -> str | None:
        """Return a hash of the identifier that the record is looked for by."""
        keys = (self.search.id_of(row), self.search.riid_of(row), self.search.email_of(row))
        key = next(filter(None, keys), None)
        return recipient_hash(key) if key else None

    def shape(self, row: Activation) -> str:
        """Keep rows with an id, rows without one and removals apart: so a call has five queries at most."""
        return f"{'id' if self.search.id_of(row) else 'key'} {row.call_type == 'REMOVE'}"

    def steps(self, _rows: Sequence[Activation]) -> tuple[Step, ...]:
        """Find, find again where needed, write."""
        find = Step(
            name="find",
            function=FUNCTION,
            call=self._call,
            verdicts=self._verdicts,
            learn=self._learn,
            fresh_for=FRESH,
        )
        following = Following(self._call, self._findings)
        return (find, *following.steps(), *self.write_steps())

    def _parts(self, rows: Sequence[Activation]) -> list[CompositePart]:
        return [*self.search.parts(rows), *self.further_parts(rows)]

    def _call(self, rows: Sequence[Activation]) -> Call:
        return composite_call(self.connector, self._parts(rows))

    def _verdicts(self, rows: Sequence[Activation], answer: Any) -> Verdicts:
        return [finding.verdict for finding in self._findings(rows, answer)]

    def _learn(self, rows: Sequence[Activation], answer: Any) -> Mapping[int, Identifiers]:
        return learned_by_position(self._findings(rows, answer))

    def _findings(self, rows: Sequence[Activation], answer: Any) -> list[SearchOutcome]:
        queries = [part.name for part in self.search.parts(rows)]
        try:
            bodies = read_parts(answer, queries, self.further_names)
        except Held as error:
            raise self._without_optional_field(error) from error
        found = self.search.read(bodies, queries)
        return [self._finding(row, found, bodies) for row in rows]

    def _without_optional_field(self, error: Held) -> Held | RetryLater:
        """Leave a field out that only some orgs have, and look again."""
        missing = {name for name in OPTIONAL - self.search.absent if f"'{name}'" in error.detail}
        if error.code != "INVALID_FIELD" or not missing:
            return error
        self.search.absent.update(missing)
        return RetryLater(
            error.code, f"the org has no {', '.join(sorted(missing))}: looked at without", delay=0
        )

    def _finding(self, row: Activation, found: FoundRecords, bodies: Mapping[str, Any]) -> SearchOutcome:
        """Choose the record of a row, and judge it."""
        candidates = [final_record(each, found.by_id) for each in self.search.records_of(row, found)]
        records = list({record.id: record for record in candidates if record is not None}.values())
        if not records and self.may_create(row):
            return SearchOutcome(None)
        if not records:
            return SearchOutcome(self.not_found(row))
        if not self.search.id_of(row) and is_ambiguous(records, self.search.riid_of(row)):
            return SearchOutcome(Rejection(AMBIGUOUS, f"{len(records)} records of different people fit"))
        record = primary_of(records)
        return self._finding_of(row, record, bodies)

    def not_found(self, row: Activation) -> Rejection:
        """Say by which identifiers no record was found."""
        return Rejection(NOT_FOUND, f"no record has this {self.search.key_of(row)}")

    def _finding_of(self, row: Activation, record: FoundRecord, bodies: Mapping[str, Any]) -> SearchOutcome:
        table = object_of(record.id)
        if table not in self.written:
            return SearchOutcome(
                Rejection(NOT_FOUND, f"the record is a {table}, none of {', '.join(self.written)}")
            )
        if not record.is_known:
            return SearchOutcome(None, {RECORD: record.id, FOLLOWING: "1"})
        read_now = {FOLLOWING: ""} if is_followed(row) else {}
        learned = {RECORD: record.id, **read_now, **self.teach(row, record, bodies)}
        return SearchOutcome(self.judge(row, record, bodies), learned)


def is_ambiguous(records: Sequence[FoundRecord], riid: str) -> bool:
    """Tell whether records are of different people, or of another than the row's RIID says."""
    of_another = riid and any(record.riid not in ("", riid) for record in records)
    return bool(of_another) or not are_of_one_person(records)
