"""Redis as we use it: our own clients, and the settings of Celery's."""

import logging
import time
from typing import Any, cast

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

from pipeline.errors import Misconfigured
from pipeline.stores import broker_url
from pipeline.stores.broker_options import TCP
from pipeline.stores.broker_url import BrokerUrl
from pipeline.stores.redis_client import Parser, RedisClient
from pipeline.stores.unready import explain

log = logging.getLogger(__name__)

DEFAULT_QUEUE = "celery"  # of a Celery client that names none
QUEUE_BY_MODULE = {
    "tasks.activation": "activations",
    "tasks.delivery": "deliveries",
    "tasks.imports": "imports",
    "tasks.sync": "sync",
}

# kombu's sockets have no time-out of their own: a half-open connection would hang a worker for ever.
SOCKET = {
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 5,
}
SENTINEL_SOCKET = {"socket_timeout": 1, "socket_connect_timeout": 1}
NO_RETRY = {"retry": Retry(NoBackoff(), 0)}
# As by default, but for the files that redis-py would read to find its version, for each connection.
DRIVER = {"driver_info": redis.DriverInfo(lib_version=redis.__version__)}


def connect(url: str, *, replicas: int = 0, **options: Any) -> redis.Redis:
    """Open a client that repeats only commands that a full server refused (see redis_client.py).

    redis-py 8 replays commands after a time-out by default; here only scripts are repeated, which are safe
    to repeat. With Sentinels, each new connection asks them for the primary. ``replicas``: how many of them
    lasting changes wait for. Raises Misconfigured for a URL that cannot be read.
    """
    where = broker_url.read(url)
    chosen = {**SOCKET, **NO_RETRY, **DRIVER, "parser_class": Parser, "db": where.db}
    chosen |= {**where.login, **where.socket, **options}
    client = cast("RedisClient", RedisClient.from_pool(pool_of(where, chosen)))
    client.replicas = replicas
    return client


def pool_of(where: BrokerUrl, options: dict[str, Any]) -> redis.ConnectionPool:
    """Make the connections of one client; ``options``: of redis-py."""
    tls = where.tls or {}
    if where.path:
        options = {name: value for name, value in options.items() if name not in TCP}
        return redis.ConnectionPool(
            connection_class=redis.UnixDomainSocketConnection, path=where.path, **options
        )
    if where.master:
        sentinels = Sentinel(where.servers, sentinel_kwargs=sentinel_options(where))  # type: ignore[no-untyped-call]
        return SentinelConnectionPool(where.master, sentinels, ssl=where.tls is not None, **options, **tls)  # type: ignore[no-untyped-call]
    host, port = where.servers[0]
    connection = redis.Connection if where.tls is None else redis.SSLConnection
    return redis.ConnectionPool(connection_class=connection, host=host, port=port, **options, **tls)


def sentinel_options(where: BrokerUrl) -> dict[str, Any]:
    """Return the options of connections to Sentinels: one that is gone must not delay a fail-over."""
    tls = {"ssl": True, **where.tls} if where.tls is not None else {}
    return {**SENTINEL_SOCKET, **NO_RETRY, **where.sentinel_login, **tls}


def server_name(client: redis.Redis) -> str:
    """Return the place of a client's server, without its password."""
    where = client.connection_pool.connection_kwargs
    if isinstance(client.connection_pool, SentinelConnectionPool):
        return f'"{client.connection_pool.service_name}"'
    return str(where.get("path") or f"{where.get('host', 'localhost')}:{where.get('port', 6379)}")


def decoded(value: bytes | str) -> str:
    """Return a client's value as text; redis-py's types leave open whether it decodes."""
    return value.decode() if isinstance(value, bytes) else value


def wait_for(client: redis.Redis, pause: float = 1.0) -> None:
    """Return when the server answers; a worker may be started before it, or while it starts again."""
    while True:
        try:
            client.ping()
            return
        except redis.AuthenticationError:
            raise
        except (redis.ConnectionError, redis.TimeoutError) as error:
            log.warning("waiting for Redis", extra={"error": type(error).__name__, "why": explain(error)})
            time.sleep(pause)


def refuse_eviction(client: redis.Redis) -> None:
    """Raise Misconfigured when the server may delete keys to make room: it would delete rows."""
    policy = client.info("memory").get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        raise Misconfigured(
            f'the Redis server has maxmemory-policy "{policy}" and would silently delete rows when it is '
            "full: set it to noeviction"
        )


def celery_settings(url: str) -> dict[str, Any]:
    """Return the settings of every Celery app of ours; each line prevents a failure that was seen."""
    where = broker_url.read(url)
    return {
        "broker_url": where.for_kombu(),
        "broker_use_ssl": dict(where.tls) if where.tls else False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": {
            **SOCKET,
            "health_check_interval": 3,  # a consumer's dead connection is noticed after 4 to 7 seconds
            "visibility_timeout": 120,
            "unacked_restore_interval": 5,
            "unacked_mutex_expire": 10,  # by default a killed worker blocks redelivery for five minutes
            "client_name": "activation",
            **where.socket,
            **sentinel_transport_options(where),
        },
        "result_backend": None,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": "activations",
        "task_routes": {f"{module}.*": {"queue": queue} for module, queue in QUEUE_BY_MODULE.items()},
        "worker_prefetch_multiplier": 1,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "timezone": "UTC",
    }


def sentinel_transport_options(where: BrokerUrl) -> dict[str, Any]:
    """Return kombu's options for Sentinels; none without them."""
    return {"master_name": where.master, "sentinel_kwargs": sentinel_options(where)} if where.master else {}
