"""Messages in words, for Slack and e-mail."""

import json
from collections.abc import Mapping
from typing import Any

HEADS = {"alert.opened": "{severity}", "alert.reminder": "still {severity}", "alert.closed": "closed"}


def headline(body: Mapping[str, Any]) -> str:
    """Write "[critical] rejections: destination lapsed-event"; names have no other characters."""
    alert = body["alert"]
    head = HEADS.get(body["type"], "test").format(severity=alert["severity"])
    subject = alert["subject"]
    about = subject["scope"] if subject["scope"] == "system" else f"{subject['scope']} {subject['name']}"
    return f"[{head}] {alert['name']}: {about}"


def paragraphs(body: Mapping[str, Any]) -> list[str]:
    """Return the text, the way out, and the link."""
    alert = body["alert"]
    return [str(alert["text"]), f"What to do: {alert['way_out']}", f"See {alert['url']}"]


def read_body(body: str) -> dict[str, Any]:
    """Read the JSON of a message."""
    found: dict[str, Any] = json.loads(body)
    return found
