"""Stores: Redis, SQL and the records, each opened when a command first asks for it.

SQLAlchemy is half of the start of a command, so it is imported with the first SQL store.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import redis

from pipeline.errors import Misconfigured
from pipeline.settings import Settings
from pipeline.stores import broker_url
from pipeline.stores.broker import connect, refuse_eviction
from pipeline.stores.data_folder import usable
from pipeline.stores.doorbell import Doorbell
from pipeline.stores.embedded import open_broker
from pipeline.stores.known_stranger import refuse_known_stranger
from pipeline.stores.unready import meaning_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from pipeline.records.records import Records
    from pipeline.stores.vault import Vault


class Stores:
    """Both stores, and the records with the vault that decrypts their secrets."""

    def __init__(self, settings: Settings, opened: ExitStack, *, checked: bool = True) -> None:
        """``checked``: look at each store when it is opened; without, one that is away may be opened, too."""
        self.settings = settings
        self.opened = opened
        self.checked = checked
        self.strangers_refused = True  # `adopt` looks at a Redis that is another installation's

    @cached_property
    def broker_url(self) -> str:
        """The configured Redis server's URL, or that of the embedded one, which is started if need be."""
        settings = self.settings
        return self.opened.enter_context(open_broker(settings.broker_url, settings.redis_dir))

    @cached_property
    def redis(self) -> redis.Redis:
        """A client of the Redis server, which answers and does not evict."""
        client: redis.Redis = self.opened.enter_context(
            connect(self.broker_url, replicas=self.settings.replicas)
        )
        try:
            if self.checked:
                refuse_eviction(client)
                self._refuse_strangers(client, self.__dict__.get("engine"))
        except redis.RedisError as error:
            raise unreachable(self.broker_url, error) from error
        return client

    @cached_property
    def doorbell(self) -> Doorbell:
        """A doorbell for the workers of the Redis server."""
        return self.opened.enter_context(closing(Doorbell(self.broker_url)))

    @cached_property
    def engine(self) -> "Engine":
        """The SQL store, its tables up to date."""
        from pipeline.stores.database import migrate, open_database

        engine = open_database(self.settings.database_url)
        self.opened.callback(engine.dispose)
        if self.checked:
            migrate(engine)
            self._refuse_strangers(self.__dict__.get("redis"), engine)
        return engine

    @cached_property
    def events(self) -> "Engine":
        """The events store, its tables up to date."""
        from pipeline.stores.database import EVENTS, migrate, open_database
        from pipeline.stores.lost_events import refuse_lost

        refuse_lost(self.settings.events_place, self.engine)
        engine = open_database(self.settings.events_place, "ACTIVATION_EVENTS_URL")
        self.opened.callback(engine.dispose)
        if self.checked:
            migrate(engine, EVENTS)
        return engine

    @property
    def events_if_any(self) -> "Engine | None":
        """The events store; None: there is none, and for a look none is made."""
        from sqlalchemy import make_url

        from pipeline.stores.database import reading
        from pipeline.stores.lost_events import refuse_lost

        url = make_url(self.settings.events_place)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
            with reading(self.engine):  # a data folder that cannot be used is an error, not an empty store
                pass
            refuse_lost(self.settings.events_place, self.engine)
            return None
        return self.events

    @cached_property
    def vault(self) -> "Vault":
        """The vault of stored secrets."""
        from pipeline.stores.key_check import open_own_vault

        return open_own_vault(self.settings, self.engine)

    @cached_property
    def records(self) -> "Records":
        """Connectors, destinations and sources; raises Misconfigured if the secret key is another one's."""
        if self.checked:
            self.require_key()
        return self._records(self.vault)

    def require_key(self) -> None:
        """Raise Misconfigured if the secret key is not this store's."""
        from pipeline.stores.key_check import require_key

        require_key(self.engine, self.vault)

    @cached_property
    def key_trouble(self) -> str:
        """Why the secret key does not open the stored secrets; "" when it does."""
        from pipeline.stores.key_check import require_key

        engine, vault = self.engine, self.vault
        try:
            require_key(engine, vault)
        except Misconfigured as error:
            return str(error)
        return ""

    @cached_property
    def records_without_secrets(self) -> "Records":
        """Records for a reader; if its secret key is another one, secrets are left out."""
        return self._records(self.vault, lenient=True)

    def refuse_known_stranger(self) -> None:
        """Raise Misconfigured if this installation's store is there, and Redis is another one's."""
        refuse_known_stranger(self.settings.database_url, self.redis)

    def _refuse_strangers(self, client: Any, engine: "Engine | None") -> None:
        """Raise Misconfigured for stores of two installations, as soon as both are open."""
        if client is not None and engine is not None and self.strangers_refused:
            from pipeline.stores.installation import Belonging

            Belonging(engine, client)()

    def _records(self, vault: "Vault", *, lenient: bool = False) -> "Records":
        """Import them late: commands that need no records do without their schemas."""
        from pipeline.records.records import Records

        events_url = self.settings.events_place
        return Records(self.engine, vault, lenient=lenient, events_url=events_url)


@contextmanager
def open_stores(environ: Mapping[str, str] | None = None) -> Iterator[Stores]:
    """Give the stores that the environment names, and close them in the end.

    Raises Misconfigured for a store that cannot be used, or can no more.
    """
    with ExitStack() as opened:
        stores = Stores(Settings.load() if environ is None else Settings.load(environ), opened)
        try:
            with usable(stores.settings.data_dir):
                yield stores
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise unreachable(stores.broker_url, error) from error
        except sql_failures() as error:
            from pipeline.stores.store_failure import store_of, unusable

            raise unusable(store_of(error) or stores.engine.url, error) from error


def sql_failures() -> type[Exception]:
    """Return the class of the errors of a store that is away; read when there is an error."""
    from sqlalchemy.exc import OperationalError

    return OperationalError


def unreachable(url: str, error: redis.RedisError) -> Misconfigured:
    """Say which Redis server cannot be used and why, without its password."""
    meaning = meaning_of(error)
    why = f"it {meaning} ({error})" if meaning else error
    return Misconfigured(f"the Redis server at {broker_url.read(url).shown} cannot be used: {why}")
