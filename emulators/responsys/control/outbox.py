"""The outbox, as the control API shows it."""

from typing import Any
from urllib.parse import parse_qsl

import msgspec

from emulators.responsys.state.emulator import Emulator


def show(emulator: Emulator, query: str) -> Any:
    """Show messages in order; ``?account=&campaign=&email=&recipientId=&offset=0&limit=1000``."""
    asked = dict(parse_qsl(query))
    filters = {name: value for name, value in asked.items() if name not in ("offset", "limit")}
    found = [shown for sent in emulator.outbox if fits(shown := msgspec.to_builtins(sent), filters)]
    offset, limit = int(asked.get("offset", 0)), int(asked.get("limit", 1000))
    return {"total": len(found), "messages": found[offset : offset + limit]}


def fits(message: dict[str, Any], filters: dict[str, str]) -> bool:
    """Tell whether a message is asked for."""
    return all(str(message.get(name)) == value for name, value in filters.items())
