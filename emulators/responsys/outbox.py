"""What was sent: one message per recipient, whether or not the answer arrived."""

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec

if TYPE_CHECKING:
    from emulators.responsys.emulator import Emulator

ORACLE = {"profile_list": "list", "recipient_id": "recipientId", "optional_data": "optionalData"}


class Message(msgspec.Struct, frozen=True, rename=ORACLE):
    """Who was sent what."""

    time: float  # seconds since the epoch
    account: str
    campaign: str
    profile_list: str
    recipient_id: int
    email: str | None  # None for strangers, of whom nothing is known but their id
    optional_data: dict[str, str | None]


def show(emulator: "Emulator", query: str) -> Any:
    """Show messages in order; ``?account=&campaign=&email=&recipientId=&offset=0&limit=1000``."""
    asked = dict(parse_qsl(query))
    filters = {name: value for name, value in asked.items() if name not in ("offset", "limit")}
    found = [shown for sent in emulator.outbox if fits(shown := msgspec.to_builtins(sent), filters)]
    offset, limit = int(asked.get("offset", 0)), int(asked.get("limit", 1000))
    return {"total": len(found), "messages": found[offset : offset + limit]}


def fits(message: dict[str, Any], filters: dict[str, str]) -> bool:
    """Tell whether a message is asked for."""
    return all(str(message.get(name)) == value for name, value in filters.items())
