"""``/healthz`` and ``/readyz``: the process answers, and it can take activations in."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from typing import Any

import redis
from flask import Response, current_app, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from pipeline.runtime.stores import Stores
from pipeline.stores.changeable import has_room
from pipeline.stores.database import reading
from pipeline.web.auth import OPEN, needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.documents import Health, Readiness
from schemas.query import NoQuery

health = Blueprint("health", __name__, description="For load balancers and supervisors; no key is needed.")
CHECK_TIMEOUT = 2.0  # seconds; the answer comes within 3 on a busy machine, too
checks = ThreadPoolExecutor(max_workers=4, thread_name_prefix="ready")


@health.get("/healthz")
@needs(OPEN)
@health.arguments(NoQuery, location="query")
@health.response(200, Health)
def healthz(_: Mapping[str, Any]) -> Any:
    """Tell that the process answers."""
    return {"ok": True}


@health.get("/readyz")
@needs(OPEN)
@health.arguments(NoQuery, location="query")
@health.response(200, Readiness)
@health.alt_response(503, schema=Readiness, content_type="application/json", description="Redis is away.")
def readyz(_: Mapping[str, Any]) -> Response:
    """Tell whether activations can be taken in, and which stores answer."""
    document = readiness(current_app.extensions["stores"])
    response = jsonify({"ready": document["redis"], **document})
    response.status_code = 200 if document["redis"] else 503
    return response


def readiness(stores: Stores) -> dict[str, bool]:
    """Tell of each store whether it answers, within ``CHECK_TIMEOUT``."""
    found = {"redis": checks.submit(redis_answers, stores), "sql": checks.submit(sql_answers, stores)}
    document = {}
    for name, check in found.items():
        try:
            document[name] = check.result(CHECK_TIMEOUT)
        except NotInTime:
            document[name] = False
    return document


def redis_answers(stores: Stores) -> bool:
    """Whether Redis answers and takes activations in: neither a full server nor a replica does."""
    try:
        return has_room(stores.redis)
    except redis.RedisError:
        return False


def sql_answers(stores: Stores) -> bool:
    """Whether the SQL store answers."""
    try:
        with reading(stores.engine) as connection:
            return bool(connection.scalar(text("SELECT 1")))
    except SQLAlchemyError:
        return False
