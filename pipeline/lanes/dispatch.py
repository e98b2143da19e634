"""Decide what goes out now: batches that are due, within every limit, connector by connector.

Work is pulled: a batch is cut only together with the permit for its call, so under throttling rows stay in
their lanes, where calls get fuller rather than more numerous.
"""

import random
from collections.abc import Sequence

import redis

from pipeline.lanes import limits
from pipeline.lanes.batch import Claimed
from pipeline.lanes.lanes import MOST_UNANSWERED, Lanes
from pipeline.lanes.quota import Quota
from pipeline.records.catalog import Catalog
from pipeline.records.current import CurrentCatalog
from pipeline.records.mirror import REMOVED
from pipeline.stores.broker import decoded
from pipeline.stores.doorbell import Doorbell

MOST_AT_ONCE = 1_000  # batches claimed in one go, so that a timer comes back to its other duties
CROWDED = 0.1  # seconds until a look whether somebody is


class Dispatch:
    """Claims due batches and rings for their delivery."""

    def __init__(
        self,
        client: redis.Redis,
        lanes: Lanes,
        catalog: CurrentCatalog,
        doorbell: Doorbell,
        window: float = limits.WINDOW,
    ) -> None:
        self._client = client
        self._lanes = lanes
        self._catalog = catalog
        self._doorbell = doorbell
        self._window = window
        self._known: tuple[Catalog, list[Quota]] | None = None  # a new way comes with a new catalog

    def run(self) -> float | None:
        """Send off what may go to whoever is idle, and ring for answers that are to be asked for.

        Returns the seconds after which it is worth running again; None: when something changes.
        """
        waits = [self.send_off(), *map(self._poll, self._connectors())]
        return min((wait for wait in waits if wait is not None), default=None)

    def send_off(self) -> float | None:
        """Send off what may go to whoever is idle; return when that is worth doing again, as ``run`` does."""
        if not self._somebody_idle():
            return CROWDED
        waits = [self._drain(gate) for gate in self._quotas_shuffled()]
        return min((wait for wait in waits if wait is not None), default=None)

    def gate(self, connector: str, function: str) -> Quota:
        """Return the way out for one function of a connector."""
        return self._gate(self._catalog(), connector, function)

    def next(self) -> Claimed | None:
        """Send off what may go, but keep the first batch, read, for the caller to deliver right away."""
        kept = None
        for gate in self._quotas_shuffled():
            more = kept is None or self._somebody_idle()
            while more and isinstance(claimed := self._lanes.claim(gate, read=kept is None), Claimed):
                more = claimed.more
                if kept is None:
                    kept = claimed
                else:
                    self._doorbell.ring_deliver(claimed.batch, claimed.attempt)
        return kept

    def following(self, claimed: Claimed | None) -> Claimed | None:
        """Return the batch to go on with: this one, which came with the end of the last, or the next."""
        if claimed is None:
            return self.next()
        if claimed.more:
            self.run()
        return claimed

    def random_quota(self) -> Quota | None:
        """Return a way out to look at; None when there is none."""
        gates = self._gates()
        return random.choice(gates) if gates else None  # noqa: S311 -- not a secret

    def take_back(self) -> None:
        """Ring again for batches whose worker was not heard of within their lease."""
        for connector in self._connectors():
            for batch, attempt in self._lanes.lapsed(connector):
                self._doorbell.ring_deliver(batch, attempt)

    def _drain(self, gate: Quota) -> float | None:
        for _ in range(MOST_AT_ONCE):
            claimed = self._lanes.claim(gate)
            if not isinstance(claimed, Claimed):
                return claimed
            self._doorbell.ring_deliver(claimed.batch, claimed.attempt)
            if not self._somebody_idle():
                return CROWDED
        return 0.0

    def _somebody_idle(self) -> bool:
        """Tell whether a doorbell is likely to be answered at once; who is busy asks for more by itself."""
        return int(self._client.llen("deliveries")) < MOST_UNANSWERED

    def _poll(self, connector: str) -> float | None:
        """Ring for answers that are to be asked for; return the wait until the next ones are."""
        wait = self._lanes.next_poll(connector)
        if wait == 0 and self._client.set(f"turn:poll:{connector}", "1", nx=True, px=900):
            self._doorbell.ring_poll(connector)
        return None if wait == 0 else wait

    def _quotas_shuffled(self) -> Sequence[Quota]:
        """Return the gates in any order: of connectors that share an account one would get all permits."""
        gates = self._gates()
        return random.sample(gates, len(gates))

    def _connectors(self) -> Sequence[str]:
        return sorted({gate.connector for gate in self._gates()})

    def _gates(self) -> Sequence[Quota]:
        """Name every way out that was ever configured: batches may still wait for a former one."""
        catalog = self._catalog()
        if self._known is None or self._known[0] is not catalog:
            ways = [decoded(member).split(":") for member in sorted(self._client.smembers("ways"))]
            if any(connector not in catalog.connectors for connector, _ in ways):
                catalog = self._catalog.newest()
            self._known = (catalog, [self._gate(catalog, *way) for way in ways])
        return self._known[1]

    def _gate(self, catalog: Catalog, name: str, function: str) -> Quota:
        connector = catalog.connectors.get(name)
        if connector is None:  # nothing is sent here, its batches become dead letters or go back
            return Quota(name, function, REMOVED, limit=1_000_000, window=self._window)
        return Quota(
            connector=name,
            function=function,
            account=connector.account,
            max_in_flight=connector.max_in_flight,
            limit=connector.limits.get(function, 0),
            default=limits.DEFAULTS[function],
            utilisation=connector.utilisation,
            window=self._window,
        )
