"""Taking witness notes over: ids that answers told go to people, verdicts to rules, in the events store.

An address that Responsys refused because another member has it becomes a conflict.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from pipeline.event_files.hook_store import forget_old_hook_events
from pipeline.model.connector import Connector
from pipeline.pairs.pair_log import forget_events
from pipeline.people.adoption import adopt_account
from pipeline.people.erasing import forget_erased
from pipeline.people.learning import Lesson, learn
from pipeline.people.record_identity import Key, riid_of
from pipeline.people.taken_addresses import TakenAddress, ask_about
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import kind_of
from pipeline.runtime.people_source import account_of, org_of
from pipeline.settle.witness_notes import WitnessNote, forget_notes, read_notes
from pipeline.stores.database import reading

NOTES_AT_ONCE = 20

NoteTaker = Callable[[Connection, Sequence[WitnessNote]], None]  # in the transaction that learns
FindTaken = Callable[[Sequence[WitnessNote]], Sequence[TakenAddress]]  # before it, for it may call


@dataclass(frozen=True)
class NoteTaking:
    """Takes notes over; ``takers`` get them as well, such as rules their verdicts.

    A note is deleted after the transaction of the events store. To take it twice changes nothing.
    """

    engine: Engine
    events: Engine
    takers: Sequence[NoteTaker] = ()
    find_taken: FindTaken = lambda _notes: ()

    def run(self, catalog: Catalog) -> int:
        """Take over all that there are, and return the number of notes."""
        total = 0
        while notes := self._next():
            scopes = {note.connector: self._scopes(catalog, note.connector) for note in notes}
            lessons = [lesson for note in notes for lesson in lessons_of(note, *scopes[note.connector])]
            taken = self.find_taken(notes)
            with self.events.begin() as connection:
                learn(connection, lessons)
                ask_about(connection, taken)
                for taker in self.takers:
                    taker(connection, notes)
            with self.engine.begin() as connection:
                forget_notes(connection, [note.batch for note in notes])
            total += len(notes)
        return total

    def keep_up(self, days: float) -> None:
        """Give RIIDs their account, and forget records older than ``days``; 0: nothing.

        Forgotten are digests of erased records, and events of webhooks.
        """
        with self.events.begin() as connection:
            adopt_account(connection)
        forget_events(self.events)
        if days:
            forget_erased(self.events, days)
            forget_old_hook_events(self.events, days)

    def _next(self) -> list[WitnessNote]:
        with reading(self.engine) as connection:
            return read_notes(connection, NOTES_AT_ONCE)

    def _scopes(self, catalog: Catalog, name: str) -> tuple[str | None, str | None]:
        """Return the account and the org that ids of a connector belong to; None: it tells none of them."""
        connector: Connector | None = catalog.connectors.get(name)
        if connector is None:
            return None, None
        if kind_of(connector).open_reader is None:
            return account_of(catalog, connector, self.events), None
        return None, org_of(catalog, connector, self.events)


def lessons_of(note: WitnessNote, account: str | None, org: str | None) -> list[Lesson]:
    """Return the ids that a note tells of people."""
    at = int(note.at.timestamp())
    lessons = []
    for row in note.rows:
        keys: list[Key] = []
        if account is not None and (riid := riid_of(row["identifiers"].get("riid", ""))):
            keys.append(("riid", account, riid))
        if org is not None and (record := row["identifiers"].get("salesforce_id")):
            keys.append(("salesforce", org, record))
        if keys:
            lessons.append(Lesson(row["profile_id"], tuple(keys), at))
    return lessons
