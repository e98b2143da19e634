"""``POST /v1/audiences/{audience}/activations``: the intake over HTTP."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import redis
from flask import Flask, Request, Response, current_app, g, request

from pipeline.produce.appender import Appender, explain
from pipeline.produce.audiences import Audiences, UnknownAudience
from pipeline.runtime.stores import Stores
from pipeline.stores.broker import connect
from pipeline.stores.doorbell import Doorbell
from pipeline.text.escapes import encoded
from pipeline.web import rows as checked_rows
from pipeline.web.api.descriptions import ACTIVATIONS
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.body import RequestBody
from pipeline.web.body_slots import body_slots
from pipeline.web.intake import Appended, Repeatable, SpooledRows, append_rows, claim_key
from pipeline.web.json_body import json_limit
from pipeline.web.problems import Problem
from schemas.http import ActivationsQuery

PATIENCE = 2.0  # seconds within which tries to reach Redis begin
REDIS_TIMEOUT = 1.5  # seconds for one of its answers
LONGEST_KEY = 100  # characters of an Idempotency-Key

activations = Blueprint("activations", __name__, description="Activations enter the intake.")


class IntakeDoor:
    """Client, appender and slots of a web process; made when the first body comes."""

    def __init__(self, stores: Stores) -> None:
        self.settings = stores.settings
        self._broker_url = stores.broker_url

    @cached_property
    def client(self) -> redis.Redis:
        """A client that waits for its answers no longer than a request may."""
        limits = {"socket_timeout": REDIS_TIMEOUT, "socket_connect_timeout": REDIS_TIMEOUT}
        return connect(self._broker_url, replicas=self.settings.replicas, **limits)

    @cached_property
    def folder(self) -> Path:
        """The folder of bodies that are too long for memory."""
        folder = self.settings.data_dir
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    @cached_property
    def audiences(self) -> Audiences:
        """The audiences that may be named."""
        return Audiences(self.client)

    @cached_property
    def doorbell(self) -> Doorbell:
        """Calls workers."""
        return Doorbell(self._broker_url)

    @cached_property
    def appender(self) -> Appender:
        """Appends chunks, and remembers the numbers of named series for the idempotency window."""
        window = self.settings.idempotency_window
        return Appender(self.client, self.doorbell, patience=PATIENCE, tries_patience=0, series_ttl=window)


def install(app: Flask) -> None:
    """Give ``app`` its door to the intake."""
    app.extensions["intake"] = IntakeDoor(app.extensions["stores"])


@dataclass(frozen=True)
class Options:
    """How one body is taken in."""

    only_valid: bool
    bulk: bool
    ids: bool

    @property
    def text(self) -> str:
        """The options as text, for the digest that an Idempotency-Key is bound to."""
        return f"{self.only_valid} {self.bulk} {self.ids}"


@activations.post("/v1/audiences/<audience>/activations")
@needs("produce")
@activations.arguments(ActivationsQuery, location="query")
@activations.doc(**ACTIVATIONS)
def post_activations(query: Mapping[str, bool], audience: str) -> Response:
    """Take activations into the intake: one, an array, or one a line.

    All or nothing, unless `partial=true`. 202 means that all of it is in the intake.
    """
    door: IntakeDoor = current_app.extensions["intake"]
    options = Options(**query)
    key = idempotency_key(request)
    kind = checked_rows.media_type(request.content_type)
    require_audience(door.audiences, audience)
    with body_slots().slot():
        rows = SpooledRows(door.folder)
        try:
            body = RequestBody(request, body_limit(door, kind))
            read = checked_rows.rows_of_json if kind == checked_rows.JSON else checked_rows.rows_of_lines
            rows.add(checked_rows.ids_checked(read(body.pieces(), audience)))
            refuse_wrong(rows, only_valid=options.only_valid)
            repeatable = bind_key(door, key, audience, body.digest + options.text) if key else None
            series = repeatable.series if repeatable else None
            appended = append_rows(door.appender, rows, series, bulk=options.bulk, ids=options.ids)
            return answer(rows, appended, repeatable, options)
        finally:
            rows.close()


def body_limit(door: IntakeDoor, kind: str) -> int:
    """Return how many bytes a body of this kind may have."""
    return json_limit() if kind == checked_rows.JSON else door.settings.web.max_body


def require_audience(audiences: Audiences, audience: str) -> None:
    """Raise Problem if no destination takes changes of the audience."""
    try:
        audiences.require(audience)
    except UnknownAudience as error:
        raise Problem("unknown-audience", f"{error}.", audience=audience) from None


def idempotency_key(request: Request) -> str | None:
    """Return the header, None if it is absent; raises Problem if it is not printable ASCII."""
    key = request.headers.get("Idempotency-Key")
    if key is None or (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        return key
    message = f"This must be 1 to {LONGEST_KEY} printable ASCII characters."
    raise Problem("invalid-request", "See `errors`.", errors={"headers": {"Idempotency-Key": [message]}})


def bind_key(door: IntakeDoor, key: str, audience: str, content: str) -> Repeatable:
    """Bind the Idempotency-Key to this body; raises Problem if Redis does not answer."""
    try:
        return claim_key(door.client, g.key.name, key, audience, content, door.settings.idempotency_window)
    except redis.RedisError as error:
        why = f"{explain(error)}; nothing was appended."
        raise Problem("intake-unavailable", why, accepted=0, unknown=0) from error


def refuse_wrong(rows: SpooledRows, *, only_valid: bool) -> None:
    """Raise Problem if a row is wrong; with ``only_valid`` only if all are."""
    if rows.refused and not (only_valid and rows.valid):
        amounts = f"{rows.refused:,} of {rows.refused + rows.valid:,} rows"
        raise Problem(
            "invalid-activations",
            f"{amounts} break rules; nothing was taken. Mend what `errors` names, and send again.",
            accepted=0,
            **errors_of(rows),
        )


def errors_of(rows: SpooledRows) -> dict[str, Any]:
    """Return the members of an answer that describe wrong rows."""
    left_out = max(0, rows.refused - checked_rows.MOST_ERRORS)
    return {"refused": rows.refused, "errors": rows.errors, "errors_left_out": left_out}


def answer(
    rows: SpooledRows, appended: Appended, repeatable: Repeatable | None, options: Options
) -> Response:
    """Say that all rows are in the intake; ids are joined as text, for there may be many."""
    document = {"accepted": appended.accepted, **(errors_of(rows) if options.only_valid else {})}
    text = json.dumps(document, ensure_ascii=False)
    if options.ids:
        text = f'{text[:-1]}, "ids": [{", ".join(appended.ids)}]}}'
    response = Response(encoded(text), 202, content_type="application/json")
    if repeatable is not None and appended.chunks and repeatable.done >= appended.chunks:
        response.headers["Idempotent-Replayed"] = "true"
    return response
