"""Barred people: a briefer that bars rows of people that are out, for destinations with ``honour``."""

import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine

from pipeline.consents.barred import barred_positions
from pipeline.deliver.briefing import Briefing
from pipeline.model.action import Action
from pipeline.model.activation import Activation
from pipeline.model.call import Rejection
from pipeline.people.scopes import riid_accounts
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import kind_of
from pipeline.runtime.people_source import account_of
from pipeline.stores.database import reading

OPTED_OUT = "OptedOut"
ACCOUNTS_KEPT = 60.0  # seconds


class BarredPeople:
    """Briefs batches with the rows that are not sent; a destination without ``honour`` costs nothing."""

    def __init__(self, events: Callable[[], Engine], catalog: Callable[[], Catalog]) -> None:
        """``events`` opens the events store; ``catalog`` returns the catalog as it is now."""
        self._events = events
        self._catalog = catalog
        self._accounts: tuple[float, Sequence[str]] | None = None  # and when they were read

    def brief(self, action: Action, rows: Sequence[Activation]) -> Briefing:
        """Return a rejection for each row of a person that is out."""
        honoured = action.destination.honour
        catalog = self._catalog() if honoured else None
        account = catalog.consents.get(honoured or "") if catalog else None
        if catalog is None or account is None:
            return Briefing()
        events = self._events()
        of_riids = self._account(catalog, action, events)
        with reading(events) as connection:
            accounts = [of_riids] if of_riids is not None else self._all_accounts(connection)
            out = barred_positions(connection, account.channel, rows, of_riids, accounts)
        detail = f'out by the consents "{account.name}": `activation consent explain` tells since when'
        return Briefing(barred={position: Rejection(OPTED_OUT, detail) for position in out})

    def _all_accounts(self, connection: Connection) -> Sequence[str]:
        """Return the accounts of RIIDs, read once a minute."""
        now = time.monotonic()
        if self._accounts is None or now - self._accounts[0] > ACCOUNTS_KEPT:
            self._accounts = now, riid_accounts(connection)
        return self._accounts[1]

    def _account(self, catalog: Catalog, action: Action, events: Engine) -> str | None:
        """Return the account of RIIDs; None: there is one alone, so no other's are known."""
        kind = action.connector.kind
        if kind_of(action.connector).open_reader is not None:
            return None
        accounts = {one.account for one in catalog.connectors.values() if one.kind == kind}
        return account_of(catalog, action.connector, events) if len(accounts) > 1 else None
