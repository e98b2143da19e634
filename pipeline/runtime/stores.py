"""Stores: Redis, SQL and the records, each opened when a command first asks for it."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import redis
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from pipeline.errors import Misconfigured
from pipeline.settings import Settings
from pipeline.stores import broker_url
from pipeline.stores.broker import connect, refuse_eviction
from pipeline.stores.database import migrate, open_database, unusable
from pipeline.stores.embedded import open_broker
from pipeline.stores.unready import meaning_of

if TYPE_CHECKING:
    from pipeline.records.records import Records
    from pipeline.stores.vault import Vault


class Stores:
    """Both stores, and the records with the vault that decrypts their secrets."""

    def __init__(self, settings: Settings, opened: ExitStack, *, checked: bool = True) -> None:
        """``checked``: look at each store when it is opened; without, one that is away may be opened, too."""
        self.settings = settings
        self.opened = opened
        self.checked = checked

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
        except redis.RedisError as error:
            raise unreachable(self.broker_url, error) from error
        return client

    @cached_property
    def engine(self) -> Engine:
        """The SQL store, its tables up to date."""
        engine = open_database(self.settings.database_url)
        self.opened.callback(engine.dispose)
        if self.checked:
            migrate(engine)
        return engine

    @cached_property
    def vault(self) -> "Vault":
        """The vault of stored secrets."""
        from pipeline.stores.vault import open_vault

        return open_vault(self.settings)

    @cached_property
    def records(self) -> "Records":
        """Connectors, destinations and sources; commands that need none do without their schemas."""
        from pipeline.records.records import Records

        return Records(self.engine, self.vault)


@contextmanager
def open_stores(environ: Mapping[str, str] | None = None) -> Iterator[Stores]:
    """Give the stores that the environment names, and close them in the end.

    Raises Misconfigured for a store that cannot be used, or can no more.
    """
    with ExitStack() as opened:
        stores = Stores(Settings.load() if environ is None else Settings.load(environ), opened)
        try:
            yield stores
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise unreachable(stores.broker_url, error) from error
        except OperationalError as error:
            raise unusable(stores.engine.url, error) from error


def unreachable(url: str, error: redis.RedisError) -> Misconfigured:
    """Say which Redis server cannot be used and why, without its password."""
    meaning = meaning_of(error)
    why = f"it {meaning} ({error})" if meaning else error
    return Misconfigured(f"the Redis server at {broker_url.read(url).shown} cannot be used: {why}")
