"""The state of a rule and subject, and the effect of a look: the next state and perhaps a message."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from pipeline.alerts.condition import Condition, Subject
from pipeline.model.alert_rule import AlertRule

StateName = Literal["ok", "pending", "open", "clearing"]
MessageType = Literal["alert.opened", "alert.reminder", "alert.closed", "alert.test"]

NOT_OK = ("pending", "open", "clearing")
OPEN = ("open", "clearing")  # people were told of it


@dataclass(frozen=True)
class AlertState:
    """One row of the table ``alert_states``."""

    rule: str  # its name
    subject: Subject
    kind: str  # of the rule
    state: StateName
    since: datetime
    changed_at: datetime
    severity: str
    told_at: datetime | None = None
    channels: tuple[str, ...] = ()
    value: float | None = None
    above: float | None = None
    text: str = ""
    way_out: str = ""
    path: str = ""
    version: int = 0  # 0: not stored

    @property
    def alert(self) -> str:
        """Name rule and subject in one text."""
        return " ".join((self.rule, *self.subject))

    def document(self) -> dict[str, Any]:
        """Return the state for people and programs."""
        return {"state": self.state, "value": self.value, "text": self.text}


def new_state(rule: AlertRule, subject: Subject, now: datetime) -> AlertState:
    """Return the state of a subject that nothing is known of."""
    return AlertState(rule.name, subject, rule.rule, "ok", now, now, rule.severity)


def advance(
    rule: AlertRule, before: AlertState, condition: Condition, now: datetime
) -> tuple[AlertState, MessageType | None]:
    """Return the state after a look, and the type of the message to write."""
    seen = observed(rule, before, condition) if condition.holds else before
    if before.state in OPEN:
        return still_open(rule, seen, now) if condition.holds else ending(rule, before, condition, now)
    if not condition.holds:
        return (at_rest(before, now) if before.state == "pending" else before), None
    if before.state == "ok":
        seen = replace(seen, state="pending", since=now, changed_at=now)
    if now - seen.since < timedelta(seconds=rule.after):
        return seen, None
    return replace(seen, state="open", changed_at=now, told_at=now, channels=rule.channels), "alert.opened"


def still_open(rule: AlertRule, seen: AlertState, now: datetime) -> tuple[AlertState, MessageType | None]:
    """Return the state of an alert while its condition holds, with a reminder if one is due."""
    if seen.state == "clearing":
        seen = replace(seen, state="open", changed_at=now)
    if not rule.remind or now - (seen.told_at or seen.changed_at) < timedelta(seconds=rule.remind):
        return seen, None
    channels = tuple(dict.fromkeys((*seen.channels, *rule.channels)))
    return replace(seen, told_at=now, channels=channels), "alert.reminder"


def ending(
    rule: AlertRule, before: AlertState, condition: Condition, now: datetime
) -> tuple[AlertState, MessageType | None]:
    """Return the state of an alert after its condition has ended: it is clearing, or over.

    It is over at once if the rule was disabled or removed. One that is over has its text and its beginning
    still, for the message; see ``at_rest``.
    """
    if before.state == "open":
        before = replace(before, state="clearing", changed_at=now)
    if rule.enabled and now - before.changed_at < timedelta(seconds=rule.clear_after):
        return before, None
    return replace(before, state="ok", changed_at=now, value=condition.value), "alert.closed"


def at_rest(state: AlertState, now: datetime) -> AlertState:
    """Return a state that is ok since now, without the words of the one before."""
    return replace(
        state, state="ok", since=now, changed_at=now, told_at=None, channels=(), value=None, text=""
    )


def observed(rule: AlertRule, before: AlertState, condition: Condition) -> AlertState:
    """Return a state with the numbers and words of a look."""
    changes: Mapping[str, Any] = {
        "kind": rule.rule,
        "severity": rule.severity,
        "value": condition.value,
        "above": rule.above,
        "text": condition.text,
        "way_out": condition.way_out,
        "path": condition.path,
    }
    return replace(before, **changes)
