"""Upkeep of the events store: notes of verdicts are taken over, old records forgotten, consents passed on.

Keys
    turn:entries    there while entries of rules were looked through recently
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import redis
from sqlalchemy import Engine

from pipeline.model.call import Sender
from pipeline.model.connector import Connector
from pipeline.pairs.stale_fields import end_questions_of_the_gone, forget_removed
from pipeline.produce.appender import Appender
from pipeline.records.catalog import Catalog
from pipeline.rules.entry_retention import EntryKeeping, forget_entries
from pipeline.runtime.address_owners import AddressOwners
from pipeline.runtime.consent_answers import answer_taker
from pipeline.runtime.consent_passing import ConsentPassing
from pipeline.runtime.entry_verdicts import take_verdicts
from pipeline.runtime.note_taking import NoteTaking
from pipeline.runtime.pair_notes import pair_taker
from pipeline.settings import Settings

ENTRIES_SECONDS = 3600  # between two looks for entries of rules to forget


@dataclass(frozen=True)
class PeopleUpkeep:
    """Looks after the store of people."""

    engine: Engine
    events: Engine
    redis: redis.Redis
    settings: Settings
    clients: Callable[[Connector], Sender]
    appender: Appender  # of this run alone: it numbers its chunks itself

    def run(self, catalog: Catalog) -> int:
        """Take notes over, and return their number; then forget, and pass consents on."""
        window = self.settings.limit_window
        owners = AddressOwners(self.redis, self.engine, self.events, self.clients, window)
        takers = [take_verdicts, pair_taker(catalog), answer_taker(catalog)]
        taking = NoteTaking(self.engine, self.events, takers, partial(owners.find, catalog))
        notes = taking.run(catalog)
        taking.keep_up(self.settings.event_days)
        if self.redis.set("turn:entries", "1", nx=True, ex=ENTRIES_SECONDS):
            keep = EntryKeeping(self.settings.entry_days, self.settings.event_days)
            forget_entries(self.events, catalog.rules, catalog.sources, keep, datetime.now(UTC))
        forget_removed(self.events, catalog)
        end_questions_of_the_gone(self.events, catalog)
        if catalog.consents:
            ConsentPassing(self.events, self.appender, catalog).run()
        return notes
