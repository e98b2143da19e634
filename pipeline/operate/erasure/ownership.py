"""Ownership: the profile that an entry of the intake belongs to, even one that cannot be read."""

import json
from typing import Any

import msgspec


class Owner(msgspec.Struct):
    """The one field of an activation that names its profile."""

    profile_id: Any = None


_decode = msgspec.json.Decoder(Owner).decode


def is_of(profile: str, raw: bytes) -> bool:
    """Tell whether an entry belongs to a profile; if it cannot be read, whether it names the profile."""
    try:
        named = _decode(raw).profile_id
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        named = None
    if isinstance(named, str | int):
        return str(named) == profile
    return any(spelling.encode() in raw for spelling in json_spellings(profile))


def json_spellings(profile: str) -> set[str]:
    """Return a profile as it may stand in JSON."""
    return {json.dumps(profile), json.dumps(profile, ensure_ascii=False)}
