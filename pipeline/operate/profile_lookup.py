"""Looking up profiles of event files: the fields of the people that a RIID, an address or a number names."""

from typing import Any

from pipeline.operate.activity import Actor, note_alone
from pipeline.people.find import find_people
from pipeline.profiles.configured_fields import configured_fields
from pipeline.profiles.export import profiles_of
from pipeline.runtime.stores import Stores
from pipeline.stores.database import reading


def look_up_profiles(stores: Stores, actor: Actor, person: str) -> dict[int, dict[str, Any]]:
    """Return fields by person, and note that they were looked at, without the name.

    Without an events store there is none.
    """
    note_alone(stores.engine, actor, "profile.shown")
    events = stores.events_if_any
    if events is None:
        return {}
    further = configured_fields(stores.engine)
    with reading(events) as connection:
        return profiles_of(connection, find_people(connection, person), further)


def in_words(value: Any) -> str:
    """Write a value for people, an empty one as a dash."""
    if value is None or value == "":
        return "-"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {one}" for name, one in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)
