"""People of events: the record of Salesforce by which each is written to, if one is known."""

from collections.abc import Sequence

from sqlalchemy import Connection

from pipeline.model.source_record import SourceRecord
from pipeline.people.primary import primary_rows


def name_people(connection: Connection, events: Sequence[SourceRecord]) -> None:
    """Give events the primary record of their person; a conflict that bars it bars them."""
    people = {event.person for event in events if event.person is not None}
    known = primary_rows(connection, people) if people else {}
    for event in events:
        if (found := known.get(event.person or 0)) is not None:
            event.people, event.conflict = (found.id,), found.conflict
