"""Testing a channel: one message, at once, on behalf of a person."""

from typing import Any

from pipeline.alerts.sending import send_test
from pipeline.errors import Misconfigured
from pipeline.operate.activity import Actor, note_alone
from pipeline.runtime.stores import Stores
from pipeline.text.messages import unknown


def send_channel_test(stores: Stores, name: str, actor: Actor) -> dict[str, Any]:
    """Send a test message; return ``{"ok", "text"}``. Raises Misconfigured if there is no such channel."""
    channels = stores.records.load().channels
    if name not in channels:
        raise Misconfigured(unknown("channel", name, channels))
    outcome = send_test(stores.engine, channels[name], stores.settings.web.url)
    note_alone(stores.engine, actor, "channel.test", f"channel:{name}", "ok" if outcome["ok"] else "failed")
    return outcome
