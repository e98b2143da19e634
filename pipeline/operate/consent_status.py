"""Consents in the status: the oldest opting out that has not reached the other side, and bursts."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine

from pipeline.model.consent_account import ConsentAccount
from pipeline.records.catalog import Catalog
from pipeline.stores.database import reading

if TYPE_CHECKING:
    from pipeline.consents.bursts import Burst

LATE = 900.0  # seconds after which an opting out should have reached the other side


@dataclass(frozen=True)
class ConsentStatus:
    """One consents record."""

    account: ConsentAccount
    oldest: float | None  # seconds since the oldest opting out that a destination has not taken
    bursts: Sequence["Burst"]

    @property
    def is_late(self) -> bool:
        """Whether an opting out should have reached the other side by now."""
        return self.oldest is not None and self.oldest >= LATE

    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "name": self.account.name,
            "channel": self.account.channel,
            "oldest_untold_seconds": None if self.oldest is None else round(self.oldest, 1),
            "held_sources": [
                {"source": one.source, "opted_out": one.amount, "people": one.people} for one in self.bursts
            ],
        }


def read_consents(events: Callable[[], Engine | None], catalog: Catalog) -> tuple[ConsentStatus, ...]:
    """Return the status of all consents; where none are configured no store is opened."""
    store = events() if catalog.consents else None
    if store is None:
        return ()
    from pipeline.consents.bursts import open_bursts  # `activation status` often needs none

    with reading(store) as connection:
        bursts = open_bursts(connection)
        return tuple(
            consent_status(connection, catalog, account, bursts)
            for _, account in sorted(catalog.consents.items())
        )


def consent_status(
    connection: Connection, catalog: Catalog, account: ConsentAccount, bursts: Sequence["Burst"]
) -> ConsentStatus:
    """Put together one consents record."""
    from pipeline.consents.carriers import carriers
    from pipeline.consents.told import oldest_untold

    names = [one.name for one in carriers(catalog, account)]
    oldest = oldest_untold(connection, account.channel, names)
    age = None if oldest is None else max(0.0, time.time() - oldest / 1000)
    return ConsentStatus(account, age, [one for one in bursts if one.name == account.name])
