"""The catalog in force in one process."""

import threading
import time

import redis

from pipeline.records import mirror
from pipeline.records.catalog import Catalog
from pipeline.records.records import Records
from pipeline.stores.installation import Belonging
from pipeline.stores.key_check import require_key

MAX_CATALOG_AGE = 0.2  # seconds; after it the version in SQL is looked at again


class CurrentCatalog:
    """Reads the catalog again when its version has changed, and tells Redis then."""

    def __init__(self, records: Records, client: redis.Redis) -> None:
        self._records = records
        self._client = client
        self._belongs = Belonging(records.engine, client)
        self._lock = threading.Lock()
        self._catalog: Catalog | None = None
        self._checked = 0.0

    def __call__(self) -> Catalog:
        """Return a catalog that may be 0.2 s old.

        If a record is missing, call ``newest()`` before treating it as removed.
        """
        catalog = self._catalog
        if catalog is not None and time.monotonic() - self._checked < MAX_CATALOG_AGE:
            return catalog
        return self.newest()

    def published(self, version: int) -> Catalog:
        """Return the newest catalog; ``version`` is the one published last."""
        catalog = self()
        return catalog if catalog.version == version else self.newest()

    def newest(self) -> Catalog:
        """Return the newest catalog, and publish it if it is new to this process.

        Raises Misconfigured when Redis is another installation's by now, or the secret key is.
        """
        with self._lock:
            self._belongs()
            if self._catalog is None or self._records.version() != self._catalog.version:
                require_key(self._records.engine, self._records.vault)
                self._catalog = mirror.refresh(self._client, self._records)
            self._checked = time.monotonic()
            return self._catalog
