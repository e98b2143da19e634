"""``/v1/hooks/responsys/...``: events that Responsys tells at once are stored, and sources of events run."""

import logging
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Response, current_app, request
from sqlalchemy import Engine

from pipeline.errors import Misconfigured
from pipeline.event_files.hook_store import store_hook_events
from pipeline.operate.hook_keys import OF_RESPONSYS
from pipeline.operate.nudging import sources_of_events
from pipeline.runtime.people_source import account_of
from pipeline.settle.unknown_types import count_unknown
from pipeline.stores.database import EVENTS, migrate
from pipeline.web.auth import OPEN, needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.body import RequestBody
from pipeline.web.body_slots import body_slots
from pipeline.web.context import answer, stores
from pipeline.web.hook_door import MOST_BYTES, find_hooked, nudge_if_redis_answers, require_basic
from pipeline.web.problems import Problem
from pipeline.web.rows import JSON
from pipeline.web.webhook_body import NoEvents, WebhookBody, read_webhook
from schemas.query import NoQuery

log = logging.getLogger(__name__)

MOST_TOLD = 1_000  # refused elements; the rest are counted

webhooks = Blueprint("webhooks", __name__, description="Events that Responsys tells at once.")


@webhooks.post("/v1/hooks/responsys/<connector>")
@needs(OPEN)
@webhooks.arguments(NoQuery, location="query")
@webhooks.response(200, description="All that can be stored is stored.")
@webhooks.doc(requestBody={"required": True, "content": {JSON: {"schema": {}}}})
def take_events(_: Mapping[str, Any], connector: str) -> Response:
    """Store events: one object, an array, or objects separated by commas.

    HTTP Basic: the connector's name, and a key of `activation keys hook`. An element that is no event is
    refused with its position, and to send it again changes nothing; the others are stored, each once a day.
    """
    require_basic(connector)
    with body_slots().slot():
        content = b"".join(RequestBody(request, MOST_BYTES).pieces())
        try:
            body = read_webhook(content)
        except NoEvents as error:
            raise Problem("malformed-body", f"These are no events of Responsys: {error}.") from None
        stored = store_events(connector, body)
    return answer(document_of(body, stored))


def store_events(name: str, body: WebhookBody) -> int:
    """Store the events of a body and nudge their sources; return the number of those that are new."""
    catalog = stores().records.load()
    connector = find_hooked(catalog, name, OF_RESPONSYS)
    events = events_store()
    account = account_of(catalog, connector, events)
    with events.begin() as connection:
        stored = store_hook_events(connection, connector.name, account, body.events, int(time.time()))
    unknown = [event.type for event in body.events if not event.is_known]
    count_unknown(stores().engine, connector.name, unknown, datetime.now(UTC))
    log_numbers(name, body, stored)
    if stored:
        nudge_if_redis_answers(sources_of_events(catalog, connector))
    return stored


def events_store() -> Engine:
    """Return the events store with its tables: a webhook may come before anything else needs them."""
    engine = stores().events
    if not current_app.extensions.get("events_store_ready"):
        try:
            migrate(engine, EVENTS)
        except Misconfigured:
            raise Problem(
                "store-unavailable", "The events store cannot be used now: send them again."
            ) from None
        current_app.extensions["events_store_ready"] = True
    return engine


def log_numbers(name: str, body: WebhookBody, stored: int) -> None:
    """Write numbers into the log; of refused elements the reasons, which name no value."""
    reasons = Counter(reason for _, reason in body.refused)
    counts = {"connector": name, "events": len(body.events), "stored": stored, "refused": len(body.refused)}
    if reasons:
        log.warning("webhook elements refused", extra={**counts, "reasons": dict(reasons)})
    else:
        log.info("webhook stored", extra=counts)


def document_of(body: WebhookBody, stored: int) -> dict[str, Any]:
    """Return the answer."""
    told = body.refused[:MOST_TOLD]
    return {
        "stored": stored,
        "known": len(body.events) - stored,
        "unknown_types": sum(not event.is_known for event in body.events),
        "refused": [{"position": position, "reason": reason} for position, reason in told],
        "refused_left_out": len(body.refused) - len(told),
    }
