"""Fields of a task: those that a destination sets for all its tasks, and those of an activation.

Source: Object Reference, ``sforce_api_objects_task.htm``.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.model.activation import Activation
from pipeline.model.variable_values import DAY, DoesNotFit, as_day, moment_of
from pipeline.salesforce.actions.learned import OWNER, RECORD
from pipeline.salesforce.actions.values import REFERENCE
from pipeline.text.durations import parse
from pipeline.text.rendering import render

QUEUE = "00G"
SLOT = re.compile(r"\{([^{}]{1,255})\}")
LONGEST_SUBJECT, LONGEST_DESCRIPTION = 255, 32_000  # characters


class TaskFields:
    """The fields of the tasks of one destination; ``zone``: in which moments are on a day."""

    def __init__(self, options: Mapping[str, Any], zone: str) -> None:
        self._options = options
        self._zone = ZoneInfo(zone)
        self._described: tuple[str, ...] = tuple(options.get("description") or ())
        self._reminder = parse(options["reminder"]) if options.get("reminder") else None

    @property
    def sources(self) -> tuple[str, ...]:
        """Name the identifiers and variables that are read of an activation."""
        named = (*SLOT.findall(self._options["subject"]), *self._described, self._options.get("day"))
        return tuple(filter(None, named))

    @property
    def fixed(self) -> dict[str, Any]:
        """Return the fields that every task has."""
        found = {"Subject": self._options["subject"], "Status": self._options.get("status")}
        if self._reminder is not None:
            found |= {"IsReminderSet": True, "ReminderDateTime": moment_after(self._reminder)}
        return {name: value for name, value in found.items() if value is not None}

    def problem(self, row: Activation) -> str | None:
        """Look for a day that is none."""
        try:
            self._day(row)
        except DoesNotFit as error:
            return f'"{self._options["day"]}" {error}'
        return None

    def values(self, row: Activation) -> dict[str, Any]:
        """Return the fields of the task of an activation."""
        owner = row.identifiers.get(OWNER, "")
        if owner.startswith(QUEUE):  # which can own no task
            owner = self._options.get("queue_owner") or ""
        values = {
            "WhoId": row.identifiers.get(RECORD),
            "OwnerId": owner,
            "ActivityDate": self._day(row),
            "Description": self._description(row),
            **self.fixed,
            "Subject": self._subject(row),
        }
        return {name: value for name, value in values.items() if value not in (None, "")}

    def _subject(self, row: Activation) -> str:
        text = SLOT.sub(lambda slot: text_of(row, slot[1]), self._options["subject"])
        return without_references(text).strip()[:LONGEST_SUBJECT]

    def _description(self, row: Activation) -> str:
        named = ((name, text_of(row, name)) for name in self._described)
        lines = [f"{name}: {text}" for name, text in named if text]
        return without_references("\n".join(lines))[:LONGEST_DESCRIPTION]

    def _day(self, row: Activation) -> str | None:
        """Return the day of the task; a moment is on that day in the zone of the org's dates."""
        named = self._options.get("day")
        text = text_of(row, named).strip() if named else ""
        if not text:
            return None
        if DAY.fullmatch(text):
            return as_day(text)
        return moment_of(text).astimezone(self._zone).date().isoformat()


def text_of(row: Activation, name: str) -> str:
    """Return an identifier or variable as text, "" for one that is not there."""
    return row.identifier(name) or render(row.variables.get(name)) or ""


def without_references(text: str) -> str:
    """Take out text that Salesforce takes for a value of another request in the same call."""
    return REFERENCE.sub(lambda found: "@ {" + found[0][-1], text)


def moment_after(length: timedelta) -> str:
    """Return the moment that is so far from now."""
    return f"{datetime.now(UTC) + length:%Y-%m-%dT%H:%M:%S.000+0000}"
