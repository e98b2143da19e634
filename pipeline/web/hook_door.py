"""The door of hooks: their keys, their connectors, and the sources that run at once."""

import logging

import redis
from flask import current_app, g, request

from pipeline.model.connector import Connector
from pipeline.operate.keys import HOOK
from pipeline.records.catalog import Catalog
from pipeline.stores import nudges
from pipeline.web import auth
from pipeline.web.api.activations import IntakeDoor
from pipeline.web.keyring import KeyRing
from pipeline.web.problems import Problem
from pipeline.web.quick_redis import answering_redis

log = logging.getLogger(__name__)

MOST_BYTES = 1024 * 1024  # of a message
BASIC = {"WWW-Authenticate": 'Basic realm="activation", charset="UTF-8"'}


def require_hook(connector: str, text: str) -> None:
    """Note the key of a hook as that of the request; raises Problem if it is not this connector's."""
    ring: KeyRing = current_app.extensions["keyring"]
    key = ring.find(text)
    if key is None or key.scope != HOOK or key.connector != connector:
        raise auth.refusal(ring)
    g.key = key


def require_basic(connector: str) -> None:
    """Hold HTTP Basic to the hook of a connector; raises Problem.

    The user is the connector or its key, by name, and the password the key.
    """
    given = request.authorization
    if given is None or given.type != "basic" or not given.password:
        raise Problem("unauthenticated", "Send HTTP Basic with a key of `activation keys hook`.", BASIC)
    try:
        require_hook(connector, given.password)
        if given.username not in (connector, g.key.name):
            raise auth.refusal(current_app.extensions["keyring"])
    except Problem as problem:
        if problem.slug == "unauthenticated":
            problem.headers.update(BASIC)
        raise


def find_hooked(catalog: Catalog, name: str, kind: str) -> Connector:
    """Return the connector of a hook; raises Problem if it is gone, or another kind's by now."""
    connector = catalog.connectors.get(name)
    if connector is None or connector.kind != kind:
        raise Problem("not-found", "The connector of this hook is gone.")
    return connector


def nudge(sources: list[str]) -> None:
    """Leave nudges in Redis, and call workers; a call that is lost is repeated by the workers' timer."""
    client = answering_redis()
    door: IntakeDoor = current_app.extensions["intake"]
    nudges.leave(client, sources)
    for source in sources:
        if nudges.may_call(client, source):
            door.doorbell.run_source(source)


def nudge_if_redis_answers(sources: list[str]) -> None:
    """Ask for a run of sources, after the events are stored; without Redis the sources run at their time."""
    try:
        nudge(sources)
    except redis.RedisError as error:
        log.warning("sources not nudged", extra={"sources": len(sources), "error": type(error).__name__})
