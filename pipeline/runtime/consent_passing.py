"""Passing consents on: activations that wait in ``outgoing``, and members and destinations that came later.

Commands and released bursts leave activations there. A command commits the state together with these
activations, and passes them on at once. If it is killed in between, or Redis does not answer, a worker passes
them on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select

from pipeline.consents.carriers import carriers
from pipeline.consents.inheriting import inherit
from pipeline.consents.newcomers import highest_handle, newcomers
from pipeline.consents.noting import now_ms
from pipeline.consents.saying import waiting_name
from pipeline.consents.state_store import read_states
from pipeline.consents.telling import Telling
from pipeline.consents.untold import addressed_of, named_later, named_since, untold
from pipeline.model.consent_account import ConsentAccount
from pipeline.produce.appender import Appender
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import kind_of
from pipeline.stores.database import reading
from pipeline.stores.row_lease import Busy
from pipeline.stores.stream_tables import outgoing
from pipeline.streams.stream_outbox import StreamOutbox, put_outgoing
from pipeline.streams.stream_state import read_state, write_state
from pipeline.streams.stream_turn import StreamTurn, stream_turn


@dataclass(frozen=True)
class ConsentPassing:
    """Passes on the waiting activations of all consents, and tells newcomers."""

    events: Engine
    appender: Appender
    catalog: Catalog

    def run(self) -> int:
        """Pass on all that waits, and return the number of activations."""
        return sum(self.pass_on(account) for account in self.catalog.consents.values())

    def pass_on(self, account: ConsentAccount) -> int:
        """Pass on the waiting activations of one; 0 if another process is at it.

        Raises AppendFailed: Redis does not answer, and all that is left waits.
        """
        name = waiting_name(account.name)
        if not self._is_due(name, account):
            return 0
        try:
            with stream_turn(self.events, name) as turn:
                outbox = StreamOutbox(turn, self.appender)
                outbox.begin()
                self._tell_newcomers(turn, account)
                self._tell_united(turn, account)
                self._tell_untold(turn, account)
                outbox.drain()
                return outbox.sent
        except Busy:
            return 0

    def _is_due(self, name: str, account: ConsentAccount) -> bool:
        """Tell whether anything waits, or handles or destinations are new."""
        state = read_state(self.events, name)
        with reading(self.events) as connection:
            waits = select(outgoing.c.number).where(outgoing.c.source == name).limit(1)
            if connection.scalar(waits) is not None or state is None or state.mark_stamp is None:
                return True
            if state.choice.splitlines() != self._carrying(account):
                return True
            if highest_handle(connection) > state.mark_stamp:
                return True
            return bool(named_since(connection, account.channel))

    def _tell_newcomers(self, turn: StreamTurn, account: ConsentAccount) -> None:
        """Tell of members that came since the last look; the first look only notes where it is."""
        mark = turn.state.mark_stamp
        with reading(self.events) as connection:
            top = highest_handle(connection)
        while mark is not None and mark < top:
            with turn.writing() as connection:
                mark = self._tell_some(connection, turn, account, mark)
                state = write_state(connection, turn.state, mark_stamp=mark)
            turn.state = state
        if mark is None:
            turn.write(mark_stamp=top)

    def _tell_some(self, connection: Connection, turn: StreamTurn, account: ConsentAccount, mark: int) -> int:
        of_lists = self._of_lists(account)
        found = newcomers(connection, account.channel, mark, of_lists)
        telling = Telling(connection, account.told_audience, account.channel, of_lists)
        states = read_states(connection, account.channel, [one.address for one in found.people])
        activations = telling.tell_each(states, found.people, now_ms())
        put_outgoing(connection, turn.state.source, activations, bulk=False)
        named = named_later(connection, account.channel, mark, found.mark)
        self._tell_named(connection, turn, account, named)
        return found.mark

    def _tell_united(self, turn: StreamTurn, account: ConsentAccount) -> None:
        """Tell refused states of RIIDs again, if their person has an address by now."""
        with turn.writing() as connection:
            self._tell_named(connection, turn, account, named_since(connection, account.channel))

    def _tell_named(
        self, connection: Connection, turn: StreamTurn, account: ConsentAccount, addresses: Sequence[str]
    ) -> None:
        """Tell states of RIIDs as those of their addresses, once these are known: they find other records."""
        named = inherit(connection, account, addresses)
        states = read_states(connection, account.channel, named)
        telling = Telling(connection, account.told_audience, account.channel, self._carrying(account))
        activations = telling.tell_each(states, addressed_of(connection, named), now_ms())
        put_outgoing(connection, turn.state.source, activations, bulk=False)

    def _tell_untold(self, turn: StreamTurn, account: ConsentAccount) -> None:
        """Tell destinations that were not there at the last look; all of them, where consents watched."""
        before, now = turn.state.choice.splitlines(), self._carrying(account)
        for destination in (one for one in now if one not in before):
            after: str | None = ""
            while after is not None:
                with turn.writing() as connection:
                    after = self._tell_page(connection, turn, account, destination, after)
        if before != now:
            turn.write(choice="\n".join(now))

    def _tell_page(
        self, connection: Connection, turn: StreamTurn, account: ConsentAccount, destination: str, after: str
    ) -> str | None:
        """Tell a destination some states; return the last address, None if there was none."""
        addresses = untold(connection, account.channel, destination, after)
        states = read_states(connection, account.channel, addresses)
        telling = Telling(connection, account.told_audience, account.channel, [destination])
        activations = telling.tell_each(states, addressed_of(connection, addresses), now_ms())
        put_outgoing(connection, turn.state.source, activations, bulk=False)
        return addresses[-1] if addresses else None

    def _carrying(self, account: ConsentAccount) -> list[str]:
        """Return the names of the destinations that carry states; none while the consents watch."""
        return [] if account.watches else sorted(one.name for one in carriers(self.catalog, account))

    def _of_lists(self, account: ConsentAccount) -> list[str]:
        """Return the destinations that write to lists: members of theirs have RIIDs."""
        return [
            destination.name
            for destination in carriers(self.catalog, account)
            if kind_of(self.catalog.connectors[destination.connector]).open_reader is None
        ]
