"""Profile ids of a person: its number, and those that it had before it was merged."""

from sqlalchemy import Engine, select

from pipeline.people.erasing import profile_ids_of
from pipeline.people.find import find_people
from pipeline.stores.consent_tables import consent_statements
from pipeline.stores.database import reading
from pipeline.stores.people_tables import person_records
from pipeline.stores.stream_tables import entries, records

STREAMED = (person_records, entries, records, consent_statements)


def profile_ids(events: Engine | None, text: str) -> list[str]:
    """Return the profile ids of the people that a text names, without the text itself.

    Without streams and consents no such profile was ever sent: then there is none.
    """
    if events is None:
        return []
    with reading(events) as connection:
        if all(connection.execute(select(table).limit(1)).first() is None for table in STREAMED):
            return []
        found = profile_ids_of(connection, find_people(connection, text))
    return [profile for profile in found if profile != text.strip()]
