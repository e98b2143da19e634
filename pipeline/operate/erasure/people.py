"""Profile ids of a person: its number, and those that it had before it was merged."""

from sqlalchemy import Engine

from pipeline.people.erasing import profile_ids_of
from pipeline.people.find import find_people
from pipeline.stores.database import reading


def profile_ids(events: Engine | None, text: str) -> list[str]:
    """Return the profile ids of the people that a text names, without the text itself."""
    if events is None:
        return []
    with reading(events) as connection:
        found = profile_ids_of(connection, find_people(connection, text))
    return [profile for profile in found if profile != text.strip()]
