"""Calls that would be made, counted, without the values of their rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.model.action import Action, Step
from pipeline.model.activation import Activation
from pipeline.model.call import Call
from pipeline.records.kinds import kind_of


@dataclass
class Calls:
    """Calls that differ in nothing but their rows."""

    step: str
    function: str
    method: str
    path: str
    body: Any  # with the rows of the first call
    is_set_up: bool  # a set-up, which is made only where it is not known to be done
    calls: int = 0
    rows: int = 0
    most: int = 0  # rows of the largest one

    @property
    def key(self) -> str:
        """Name all that these calls have in common."""
        return json.dumps([self.step, self.method, self.path, self.body])

    def add(self, rows: int) -> None:
        """Count one call, of which a set-up carries no rows."""
        if self.is_set_up:
            self.calls = 1
            return
        self.calls += 1
        self.rows += rows
        self.most = max(self.most, rows)


def calls_for(action: Action, rows: Sequence[Activation]) -> list[Calls]:
    """Describe all calls for rows of one shape."""
    redact = kind_of(action.connector).redact
    needed = (step for step in action.steps(rows) if step.needed is None or step.needed(rows))
    return [described(step, redact(step.call(rows))) for step in needed]


def described(step: Step, call: Call) -> Calls:
    """Describe the call of a step, which has no values of rows any more."""
    return Calls(
        step=step.name,
        function=step.function,
        method=call.method,
        path=call.path,
        body=call.body,
        is_set_up=step.sets_up is not None,
    )
