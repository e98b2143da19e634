"""A page of events: their statements for a channel, and the addresses that these are about."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline.consents.addresses import fill_in_addresses, known_of
from pipeline.consents.event_statements import WISHES, addresses_of_event, places_of, statement_of_event
from pipeline.consents.statement import Statement
from pipeline.consents.telling import Addressed
from pipeline.model.source_record import SourceRecord


@dataclass
class EventPage:
    """Events that say something of a channel."""

    channel: str
    connection: Connection
    records: Sequence[SourceRecord]

    def statements(self) -> tuple[list[Statement], list[Addressed]]:
        """Return the statements, and the addresses that they are about."""
        channel = self.channel
        told = [record for record in self.records if record.table in WISHES.get(channel, {})]
        if not told:
            return [], []
        known = known_of(self.connection, told)
        fill_in_addresses(self.connection, known)
        places = places_of(self.connection, told)
        found = [(record, one) for record in told for one in addresses_of_event(record, known, channel)]
        statements = [statement_of_event(record, one.address, channel, places) for record, one in found]
        return statements, [one for _, one in found]
