"""Redis as we use it: our own clients, and the settings of Celery's."""

import logging
import time
from typing import Any
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from pipeline.errors import Misconfigured
from pipeline.stores.redis_client import Parser, RedisClient
from pipeline.stores.unready import explain

log = logging.getLogger(__name__)

DEFAULT_QUEUE = "celery"  # of a Celery client that names none

# kombu's sockets have no time-out of their own: a half-open connection would hang a worker for ever.
SOCKET = {
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 5,
}


def connect(url: str, **options: Any) -> redis.Redis:
    """Open a client that repeats nothing but what a full server refused (see redis_client.py).

    redis-py 8 replays commands after a time-out by default; here only scripts are repeated, which are safe
    to repeat.
    """
    chosen = {**SOCKET, "retry": Retry(NoBackoff(), 0), "parser_class": Parser, **options}
    return RedisClient.from_pool(redis.ConnectionPool.from_url(url, **chosen))


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


def verifying(url: str) -> str:
    """Have the server's certificate verified: redis-py does so by default, kombu takes any."""
    parts = urlsplit(url)
    if parts.scheme != "rediss" or "ssl_cert_reqs=" in parts.query:
        return url
    query = f"{parts.query}&ssl_cert_reqs=required".removeprefix("&")
    return parts._replace(query=query).geturl()


def celery_settings(broker_url: str) -> dict[str, Any]:
    """Return the settings of every Celery app of ours; each line prevents a failure that was seen."""
    return {
        "broker_url": verifying(broker_url),
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": {
            **SOCKET,
            "health_check_interval": 3,  # a consumer's dead connection is noticed after 4 to 7 seconds
            "visibility_timeout": 120,
            "unacked_restore_interval": 5,
            "unacked_mutex_expire": 10,  # by default a killed worker blocks redelivery for five minutes
            "client_name": "activation",
        },
        "result_backend": None,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": "activations",
        "task_routes": {
            "tasks.activation.*": {"queue": "activations"},
            "tasks.delivery.*": {"queue": "deliveries"},
            "tasks.imports.*": {"queue": "imports"},
            "tasks.sync.*": {"queue": "sync"},
        },
        "worker_prefetch_multiplier": 1,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "timezone": "UTC",
    }
