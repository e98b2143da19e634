"""Readers of a source's records, in an org or in a Responsys account; each call takes a permit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import redis
from sqlalchemy import Engine

from pipeline.errors import Misconfigured
from pipeline.model.call import Call
from pipeline.model.connector import Connector
from pipeline.model.record_reader import RecordLookup, RecordReader
from pipeline.model.source import MembersSource, SalesforceSource
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import kind_of
from pipeline.runtime.members_source import members_reader
from pipeline.runtime.opening_rules import optional_fields
from pipeline.runtime.permits import permitted


@dataclass(frozen=True)
class SourceReaders:
    """Opens readers; ``events`` opens the events store, ``clients`` gives a connector's client."""

    redis: redis.Redis
    events: Callable[[], Engine]
    clients: Callable[[Connector], Any]
    minute: float  # seconds by which limits count a minute

    def asking(self, connector: Connector) -> Callable[[Call], Any]:
        """Return a way to send calls by a connector, each with a permit."""
        return permitted(self.redis, connector, self.clients(connector), self.minute)

    def lookup_of(
        self, catalog: Catalog, source: SalesforceSource | MembersSource, further: Sequence[str]
    ) -> RecordLookup:
        """Return the look-up of a source's records by their ids."""
        if isinstance(source, MembersSource):
            ask = self.asking(catalog.connectors[source.connector])
            return members_reader(catalog, source, self.events(), ask, further)
        return self.reader_of(catalog, source, further)

    def reader_of(
        self, catalog: Catalog, source: SalesforceSource, further: Sequence[str] = ()
    ) -> RecordReader:
        """Return the reader of a source; ``further``: fields that followers look at."""
        connector = catalog.connectors[source.connector]
        open_reader = kind_of(connector).open_reader
        if open_reader is None:
            raise Misconfigured(f'connector "{connector.name}" has nothing that a source could read')
        client = self.clients(connector)
        ask = self.asking(connector)
        optional = optional_fields(catalog, source)
        return open_reader(source, catalog.mappings[source.mapping], client, ask, further, optional)
