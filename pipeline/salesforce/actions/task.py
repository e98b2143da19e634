"""Write a task for the person of each row, as a note of an event or for somebody to do.

With ``key_field`` a task is upserted by the activation's id, so that a repeated one changes it. Without, it
is created at most once: after an unknown outcome its row is a dead letter.

Source: Object Reference, ``sforce_api_objects_task.htm``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.model.action import Identifiers, Step, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Call, Verdict
from pipeline.model.destination import Destination
from pipeline.model.variable_values import DAY, DoesNotFit, as_day, moment_of
from pipeline.salesforce.actions.activation_key import key_of
from pipeline.salesforce.actions.collections import Collections, Written
from pipeline.salesforce.actions.find_and_write import FindAndWrite
from pipeline.salesforce.actions.found_record import PEOPLE, FoundRecord
from pipeline.salesforce.actions.learned import OWNER, RECORD, TASK_KEY
from pipeline.salesforce.actions.search import Search
from pipeline.salesforce.actions.values import REFERENCE
from pipeline.salesforce.calls import FUNCTION
from pipeline.salesforce.composite import CompositePart
from pipeline.salesforce.connector import SalesforceConnector
from pipeline.salesforce.needs import NeededObject
from pipeline.salesforce.results import SETUP_CODES
from pipeline.text.durations import parse
from pipeline.text.rendering import render

TASK, QUEUE = "Task", "00G"
SLOT = re.compile(r"\{([^{}]{1,255})\}")
LONGEST_SUBJECT, LONGEST_DESCRIPTION = 255, 32_000  # characters


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
        self.zone = ZoneInfo(connector.zone)
        self.key_field: str = options.get("key_field") or ""
        self.key_length = 0  # of the field; 0: not known yet
        self._described: tuple[str, ...] = tuple(options.get("description") or ())
        self.reminder = parse(options["reminder"]) if options.get("reminder") else None

    def problem(self, row: Activation) -> str | None:
        """Look for an identifier, and for a day that is none."""
        return super().problem(row) or self._day_problem(row)

    def _day_problem(self, row: Activation) -> str | None:
        try:
            self._day(row)
        except DoesNotFit as error:
            return f'"{self.destination.options["day"]}" {error}'
        return None

    def attributes(self) -> frozenset[str]:
        """Name the identifiers and variables that are read of an activation."""
        options = self.destination.options
        named = (*SLOT.findall(options["subject"]), *self._described, options.get("day"))
        return frozenset((RECORD, "riid", "email", *filter(None, named)))

    def needs(self) -> tuple[NeededObject, ...]:
        """Name the fields of a task."""
        status = self.destination.options.get("status")
        named = (("Status", status),) if status else ()
        written = tuple(self._fixed())
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
            yield Written(TASK, self._values(row), key=self.key_field, rows=[position])

    def _write(self, rows: Sequence[Activation]) -> Call:
        return self.collections.call(self._writes(rows))

    def _judged(self, rows: Sequence[Activation], answer: Any) -> Verdicts:
        return self.collections.results(len(rows), self._writes(rows), answer).verdicts

    def _values(self, row: Activation) -> dict[str, Any]:
        owner = row.identifiers.get(OWNER, "")
        if owner.startswith(QUEUE):  # which can own no task
            owner = self.destination.options.get("queue_owner") or ""
        values = {
            "WhoId": row.identifiers.get(RECORD),
            "OwnerId": owner,
            "ActivityDate": self._day(row),
            "Description": self._description(row),
            **self._fixed(),
            "Subject": self._subject(row),
            self.key_field: row.identifiers.get(TASK_KEY),
        }
        return {name: value for name, value in values.items() if name and value not in (None, "")}

    def _fixed(self) -> dict[str, Any]:
        found = {
            "Subject": self.destination.options["subject"],
            "Status": self.destination.options.get("status"),
        }
        if self.reminder is not None:
            found |= {"IsReminderSet": True, "ReminderDateTime": moment_after(self.reminder)}
        return {name: value for name, value in found.items() if value is not None}

    def _subject(self, row: Activation) -> str:
        text = SLOT.sub(lambda slot: text_of(row, slot[1]), self.destination.options["subject"])
        return without_references(text).strip()[:LONGEST_SUBJECT]

    def _description(self, row: Activation) -> str:
        named = ((name, text_of(row, name)) for name in self._described)
        lines = [f"{name}: {text}" for name, text in named if text]
        return without_references("\n".join(lines))[:LONGEST_DESCRIPTION]

    def _day(self, row: Activation) -> str | None:
        """Return the day of the task; a moment is on that day in the zone of the org's dates."""
        named = self.destination.options.get("day")
        text = text_of(row, named).strip() if named else ""
        if not text:
            return None
        if DAY.fullmatch(text):
            return as_day(text)
        return moment_of(text).astimezone(self.zone).date().isoformat()


def text_of(row: Activation, name: str) -> str:
    """Return an identifier or variable as text, "" for one that is not there."""
    return row.identifier(name) or render(row.variables.get(name)) or ""


def without_references(text: str) -> str:
    """Take out what Salesforce takes for a value of another request in the same call."""
    return REFERENCE.sub(lambda found: "@ {" + found[0][-1], text)


def moment_after(length: timedelta) -> str:
    """Return the moment that is so far from now."""
    return f"{datetime.now(UTC) + length:%Y-%m-%dT%H:%M:%S.000+0000}"


def length_of(described: Any, name: str) -> int:
    """Return the characters that a field holds; of one that is not there, 64: the write tells of it."""
    fields = described.get("fields", []) if isinstance(described, dict) else []
    return next((int(each["length"]) for each in fields if each.get("name") == name), 0) or 64
