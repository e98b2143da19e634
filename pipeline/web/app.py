"""The Flask application of one web process."""

from collections.abc import Mapping
from typing import Any

import redis
from flask import Flask, Response
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NotInTime
from werkzeug.exceptions import HTTPException

from pipeline.operate.paging import ForeignCursor
from pipeline.runtime.stores import Stores
from pipeline.stores.installation import Belonging
from pipeline.stores.lost_events import EventsLost
from pipeline.stores.unready import meaning_of
from pipeline.web import access, auth, body_slots, metrics, paths, problems
from pipeline.web.api import (
    acting,
    activations,
    activity,
    batches,
    channels,
    conflicts,
    dead_letters,
    entries,
    hooks,
    imports,
    operations,
    people,
    profiles,
    records,
    stats,
    status,
    webhooks,
)
from pipeline.web.console.install import install_console
from pipeline.web.docs import VERSION, docs, install_openapi
from pipeline.web.health import health
from pipeline.web.keyring import KeyRing
from pipeline.web.plain_flask import PlainFlask
from pipeline.web.problems import Problem, respond
from pipeline.web.stores_watch import StoresWatch, refuse_apart

BLUEPRINTS = (
    health,
    activations.activations,
    status.status,
    stats.stats,
    dead_letters.dead_letters,
    operations.operations,
    records.records,
    batches.batches,
    profiles.profiles,
    imports.imports,
    hooks.hooks,
    webhooks.webhooks,
    entries.entries,
    people.people,
    conflicts.conflicts,
    acting.acting,
    channels.channels,
    activity.activity,
    metrics.metrics,
)


def create_app(stores: Stores) -> Flask:
    """Put the application together; its key ring reads the table of keys at once."""
    app = PlainFlask("pipeline.web", static_folder="static", template_folder="templates")
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.strict_slashes = False
    app.url_map.converters["letter"] = paths.LetterId
    app.url_map.merge_slashes = False  # two in a row would be redirected, to the host of the request
    keyring = KeyRing(stores.engine, stores.settings.api_keys)
    app.extensions |= {"stores": stores, "keyring": keyring, "refusals": auth.RefusedKeys()}
    body_slots.install(app, stores.settings.web.threads)
    activations.install(app)
    metrics.install(app, VERSION)
    access.install(app)
    watch = StoresWatch(Belonging(stores.engine, stores.redis))
    app.extensions["stores_watch"] = watch
    app.before_request(auth.authorise)
    app.before_request(refuse_apart)
    app.before_request(paths.refuse_nul)
    api = install_openapi(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    app.register_blueprint(docs)
    install_console(app, stores)
    problems.install(app)
    for kind, answered in ANSWERS.items():
        app.register_error_handler(kind, answered)
    app.register_error_handler(Exception, unexpected)
    keyring.start()
    watch.start()
    return app


def redis_trouble(error: redis.RedisError) -> str:
    """Return a sentence on a Redis server that gave no answer, without its own words."""
    meaning = meaning_of(error)
    name = type(error).__name__
    return f"The Redis server {meaning} ({name})" if meaning else f"Redis gave no answer ({name})"


def redis_away(error: redis.RedisError) -> Response:
    """Answer when Redis gave no answer."""
    return respond(
        Problem("intake-unavailable", f"{redis_trouble(error)}: try again after `Retry-After` seconds.")
    )


def sql_away(error: SQLAlchemyError) -> Response:
    """Answer when the SQL store gave no answer."""
    return respond(
        Problem(
            "store-unavailable",
            f"SQL gave no answer ({type(error).__name__}): try again after `Retry-After` seconds.",
        )
    )


def events_lost(_: EventsLost) -> Response:
    """Answer when the events store is gone."""
    text = "The events store is not there any more: `activation status` tells the way out."
    return respond(Problem("store-unavailable", text))


def foreign_cursor(error: ForeignCursor) -> Response:
    """Answer to a cursor that does not fit."""
    errors = {"query": {"cursor": [str(error)]}}
    return respond(Problem("invalid-request", "See `errors`.", errors=errors))


ANSWERS: Mapping[type[Exception], Any] = {
    redis.ConnectionError: redis_away,
    redis.TimeoutError: redis_away,
    redis.OutOfMemoryError: redis_away,
    EventsLost: events_lost,
    OperationalError: sql_away,
    InterfaceError: sql_away,
    InternalError: sql_away,  # a PostgreSQL that only reads
    NotInTime: sql_away,  # all connections are in use
    ForeignCursor: foreign_cursor,
}


def unexpected(error: Exception) -> Any:
    """Answer an error of ours, and write where it comes from into the log."""
    if isinstance(error, HTTPException):
        return respond(problems.of_http(error))
    problems.log.exception("request failed")
    return respond(Problem("internal", "Our fault; the log has the rest under the request id."))
