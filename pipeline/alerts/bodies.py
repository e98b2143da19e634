"""Bodies of messages: the JSON that a webhook gets, and that other channels put into words."""

import json
import secrets
from datetime import datetime
from typing import Any

from pipeline.alerts.condition import SYSTEM
from pipeline.alerts.state import AlertState, MessageType
from pipeline.text.durations import spell
from pipeline.text.times import rfc3339


def new_id() -> str:
    """Return the id of a new message."""
    return f"msg_{secrets.token_hex(12)}"


def body_of(identity: str, kind: MessageType, at: datetime, state: AlertState, web_url: str) -> str:
    """Write a message about a state as JSON."""
    alert = {
        "name": state.rule,
        "rule": state.kind,
        "severity": state.severity,
        "subject": state.subject.document(),
        "since": rfc3339(state.since),
        "value": state.value,
        "above": state.above,
        "text": text_of(kind, at, state),
        "way_out": "nothing is to be done" if kind == "alert.closed" else state.way_out,
        "url": f"{web_url}{state.path}",
    }
    return dumps({"id": identity, "type": kind, "at": rfc3339(at), "alert": alert})


def text_of(kind: MessageType, at: datetime, state: AlertState) -> str:
    """Name the trouble, and for how long it has lasted, or that it is over."""
    lasted = spell((at - state.since).total_seconds())
    if kind == "alert.closed":
        return f"over after {lasted}: {state.text}"
    return f"still so after {lasted}: {state.text}" if kind == "alert.reminder" else state.text


def body_of_test(identity: str, channel: str, at: datetime, web_url: str) -> str:
    """Write a message by which a person tries a channel."""
    alert = {
        "name": "test",
        "rule": "test",
        "severity": "warning",
        "subject": SYSTEM.document(),
        "since": rfc3339(at),
        "value": None,
        "above": None,
        "text": f'this is a test of channel "{channel}"',
        "way_out": "nothing is to be done",
        "url": f"{web_url}/alerts",
    }
    return dumps({"id": identity, "type": "alert.test", "at": rfc3339(at), "alert": alert})


def dumps(document: dict[str, Any]) -> str:
    """Write JSON without blanks: it is signed as it is."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
