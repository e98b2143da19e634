"""Dispatch: batches that are due go out, within every limit, connector by connector.

Work is pulled: a batch is cut only together with the permit for its call, so under throttling rows stay in
their lanes, where calls get fuller rather than more numerous.
"""

import random
from collections.abc import Iterable, Sequence

import redis

from pipeline.lanes import limits
from pipeline.lanes.batch import ClaimedBatch
from pipeline.lanes.claim_script import MAX_UNANSWERED
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.quota import Quota, quota_of
from pipeline.records.catalog import Catalog
from pipeline.records.current import CurrentCatalog
from pipeline.records.mirror import REMOVED
from pipeline.stores.broker import decoded
from pipeline.stores.doorbell import Doorbell

MAX_BATCHES_AT_ONCE = 1_000  # of one quota, so that a timer comes back to its other duties
NO_IDLE_WORKER_RETRY = 0.1  # seconds until dispatch looks again for an idle worker
AWAY_MS = 5_000  # without a look for leases that are over, which a worker takes every second
POLL_RING_MS = 900  # in which one worker rings for the answers of a connector


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
        # Of one catalog: a function is used for the first time only under a new one.
        self._known_quotas: tuple[Catalog, list[Quota]] | None = None

    def run(self) -> float | None:
        """Claim batches that may go and ring for them, and for answers that are to be asked for.

        Returns the seconds after which it is worth running again; None: not before something changes.
        """
        return earliest([self.send_off(), *map(self._poll, self._connectors())])

    def send_off(self) -> float | None:
        """Claim batches that may go to idle workers and ring for them; return the wait, as ``run`` does."""
        return self._send_off(self._quotas_shuffled())

    def next_batch(self) -> ClaimedBatch | None:
        """Claim and read a batch for the caller to deliver at once; send off other batches that may go."""
        quotas = self._quotas_shuffled()
        for position, quota in enumerate(quotas):
            claimed = self._lanes.claim(quota, read=True)
            if isinstance(claimed, ClaimedBatch):
                self._send_off(quotas[position if claimed.more else position + 1 :])
                return claimed
        return None

    def next_after(self, claimed: ClaimedBatch | None) -> ClaimedBatch | None:
        """Return the batch to go on with: the one claimed while the last was settled, or the next."""
        if claimed is None:
            return self.next_batch()
        if claimed.more:
            self.run()
        return claimed

    def quota_of(self, connector: str, function: str) -> Quota:
        """Return the quota of one function of a connector."""
        return self._quota(self._catalog(), connector, function)

    def random_quota(self) -> Quota | None:
        """Return a quota of which the next batch may be claimed; None if nothing was ever configured."""
        quotas = self._quotas()
        return random.choice(quotas) if quotas else None  # noqa: S311 -- not a secret

    def take_back(self) -> None:
        """Take back batches after the end of their lease; ring for those that may have been sent.

        If no worker could do so for a while, Redis was away, and no lease could be renewed: such a lease is
        prolonged, or the outcome of a call that is still out would be taken for unknown.
        """
        was_away = not self._client.set("turn:lapse", "1", px=AWAY_MS, get=True)
        for connector in self._connectors():
            if was_away:
                self._lanes.leases.spare(connector)
            for batch, attempt in self._lanes.leases.lapsed(connector):
                self._doorbell.ring_deliver(batch, attempt)

    def ring_for_claimed(self) -> None:
        """Ring for every batch that waits for its doorbell to be answered."""
        for connector in self._connectors():
            for batch, attempt in self._lanes.leases.claimed(connector):
                self._doorbell.ring_deliver(batch, attempt)

    def ring_for_unanswered(self) -> None:
        """Ring again for batches that wait although workers are idle: their doorbell may be lost."""
        room = MAX_UNANSWERED - int(self._client.llen("deliveries"))
        for connector in self._connectors() if room > 0 else ():
            for batch, attempt in self._lanes.leases.unanswered(connector, room):
                self._doorbell.ring_deliver(batch, attempt)

    def _send_off(self, quotas: Sequence[Quota]) -> float | None:
        waits: list[float | None] = []
        for quota in quotas:
            if not self._worker_idle():
                return NO_IDLE_WORKER_RETRY
            waits.append(self._claim_and_ring(quota))
        return earliest(waits)

    def _claim_and_ring(self, quota: Quota) -> float | None:
        """Claim batches of one quota while a worker is idle; return the wait until more may be claimed."""
        for _ in range(MAX_BATCHES_AT_ONCE):
            claimed = self._lanes.claim(quota)
            if not isinstance(claimed, ClaimedBatch):
                return claimed
            self._doorbell.ring_deliver(claimed.batch, claimed.attempt)
            if not self._worker_idle():
                return NO_IDLE_WORKER_RETRY
        return 0.0

    def _worker_idle(self) -> bool:
        """Tell whether a doorbell is likely to be answered at once; a busy worker asks for more when done."""
        return int(self._client.llen("deliveries")) < MAX_UNANSWERED

    def _poll(self, connector: str) -> float | None:
        """Ring for answers that are to be asked for; return the wait until the next ones are."""
        wait = self._lanes.polls.next_due(connector)
        if wait == 0 and self._client.set(f"turn:poll:{connector}", "1", nx=True, px=POLL_RING_MS):
            self._doorbell.ring_poll(connector)
        return None if wait == 0 else wait

    def _quotas_shuffled(self) -> Sequence[Quota]:
        """Return all quotas in random order, which is fair to connectors that share an account."""
        quotas = self._quotas()
        return random.sample(quotas, len(quotas))

    def _connectors(self) -> Sequence[str]:
        return sorted({quota.connector for quota in self._quotas()})

    def _quotas(self) -> Sequence[Quota]:
        """Return a quota for every function ever in use by a connector: its batches may still wait."""
        catalog = self._catalog()
        if self._known_quotas is None or self._known_quotas[0] is not catalog:
            used_functions = [decoded(member).split(":") for member in sorted(self._client.smembers("ways"))]
            if any(connector not in catalog.connectors for connector, _ in used_functions):
                catalog = self._catalog.newest()
            quotas = [self._quota(catalog, connector, function) for connector, function in used_functions]
            self._known_quotas = (catalog, quotas)
        return self._known_quotas[1]

    def _quota(self, catalog: Catalog, name: str, function: str) -> Quota:
        connector = catalog.connectors.get(name)
        if connector is None:  # nothing is sent here, its batches become dead letters or go back
            return Quota(name, function, REMOVED, limit=1_000_000, window=self._window)
        return quota_of(connector, function, self._window)


def earliest(waits: Iterable[float | None]) -> float | None:
    """Return the shortest of these waits; None if all are None."""
    return min((wait for wait in waits if wait is not None), default=None)
