"""The outbox, as the control API shows it."""

from typing import Any
from urllib.parse import parse_qsl

import msgspec

from emulators.responsys.state.emulator import Emulator


def show_outbox(emulator: Emulator, query: str) -> Any:
    """Show messages in order; ``?account=&campaign=&email=&recipientId=&offset=0&limit=1000``."""
    parameters = dict(parse_qsl(query))
    filters = {name: value for name, value in parameters.items() if name not in ("offset", "limit")}
    sent = (msgspec.to_builtins(message) for message in emulator.outbox)
    messages = [message for message in sent if matches(message, filters)]
    offset, limit = int(parameters.get("offset", 0)), int(parameters.get("limit", 1000))
    return {"total": len(messages), "messages": messages[offset : offset + limit]}


def matches(message: dict[str, Any], filters: dict[str, str]) -> bool:
    """Tell whether a message has the values of ``filters``."""
    return all(str(message.get(name)) == value for name, value in filters.items())
