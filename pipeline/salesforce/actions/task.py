"""Write a task for the person of each row: a note of an event, or a thing for a user of Salesforce to do.

With ``key_field`` a task is upserted by the activation's id, so that a repeat changes it. Without, it is
created at most once: after an unknown outcome its row is a dead letter.

Source: Object Reference, ``sforce_api_objects_task.htm``.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.model.action import Identifiers, Step, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Call, Verdict
from pipeline.model.destination import Destination
from pipeline.salesforce.actions.activation_key import key_of
from pipeline.salesforce.actions.collections import Collections, Written
from pipeline.salesforce.actions.find_and_write import FindAndWrite
from pipeline.salesforce.actions.found_record import PEOPLE, FoundRecord
from pipeline.salesforce.actions.learned import OWNER, RECORD, TASK_KEY
from pipeline.salesforce.actions.search import Search
from pipeline.salesforce.actions.task_fields import TaskFields
from pipeline.salesforce.calls import FUNCTION
from pipeline.salesforce.composite import CompositePart
from pipeline.salesforce.connector import SalesforceConnector
from pipeline.salesforce.needs import NeededObject
from pipeline.salesforce.results import SETUP_CODES

TASK = "Task"


class SalesforceTask(FindAndWrite):
    """One task per row."""

    name = "salesforce_task"
    coalesces = False
    written = PEOPLE
    further_names = (TASK,)

    def __init__(self, connector: SalesforceConnector, destination: Destination) -> None:
        super().__init__(connector, destination)
        options = destination.options
        self.search = Search(connector, PEOPLE, dict.fromkeys(PEOPLE, ("OwnerId",)))
        self.collections = Collections(connector)
        self.fields = TaskFields(options, connector.zone)
        self.key_field: str = options.get("key_field") or ""
        self.key_length = 0  # of the field; 0: not known yet

    def problem(self, row: Activation) -> str | None:
        """Look for an identifier, and for a day that is none."""
        return super().problem(row) or self.fields.problem(row)

    def attributes(self) -> frozenset[str]:
        """Name the identifiers and variables that are read of an activation."""
        return frozenset((RECORD, "riid", "email", *self.fields.sources))

    def needs(self) -> tuple[NeededObject, ...]:
        """Name the fields of a task."""
        status = self.destination.options.get("status")
        named = (("Status", status),) if status else ()
        written = tuple(self.fields.fixed)
        return (NeededObject(TASK, written, values=named, is_created=True, key=self.key_field),)

    def judge(self, _row: Activation, _record: FoundRecord, _bodies: Mapping[str, Any]) -> Verdict:
        """Write a task for every row."""
        return None

    def further_parts(self, _rows: Sequence[Activation]) -> list[CompositePart]:
        """Ask once how long a key may be."""
        return (
            [CompositePart(TASK, "/sobjects/Task/describe")] if self.key_field and not self.key_length else []
        )

    def teach(self, row: Activation, record: FoundRecord, bodies: Mapping[str, Any]) -> Identifiers:
        """Let the write know the owner, and the key as all workers make it."""
        if TASK in bodies:
            self.key_length = length_of(bodies[TASK], self.key_field)
        key = {TASK_KEY: key_of(row, self.key_length)} if self.key_field else {}
        return {OWNER: record.owner, **key}

    def write_steps(self) -> tuple[Step, ...]:
        """Return the one step that writes; a plain creation is never repeated."""
        write = Step(
            name="write",
            function=FUNCTION,
            call=self._write,
            verdicts=self._judged,
            repeatable=bool(self.key_field),
            setup_codes=SETUP_CODES,
        )
        return (write,)

    def _writes(self, rows: Sequence[Activation]) -> Iterator[Written]:
        for position, row in enumerate(rows):
            learned = row.identifiers.get(TASK_KEY)  # none in a dry run
            key = {self.key_field: learned} if learned else {}
            yield Written(TASK, {**self.fields.values(row), **key}, key=self.key_field, rows=[position])

    def _write(self, rows: Sequence[Activation]) -> Call:
        return self.collections.call(self._writes(rows))

    def _judged(self, rows: Sequence[Activation], answer: Any) -> Verdicts:
        return self.collections.results(len(rows), self._writes(rows), answer).verdicts


def length_of(described: Any, name: str) -> int:
    """Return the characters that a field holds; of one that is not there, 64: the write tells of it."""
    fields = described.get("fields", []) if isinstance(described, dict) else []
    return next((int(each["length"]) for each in fields if each.get("name") == name), 0) or 64
