"""Pause, resume, check and flush over HTTP."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Response

from pipeline.errors import Misconfigured
from pipeline.operate.activity import note_alone
from pipeline.operate.checking import check_connector
from pipeline.operate.flushing import flush_audience
from pipeline.operate.pausing import Paused, pause_record, resume_record
from pipeline.records.records import SCOPES
from pipeline.records.stops import stops_of
from pipeline.web.api.records import find_record
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.context import actor, answer, stores
from pipeline.web.problems import Problem
from pipeline.web.quick_redis import answering_redis
from schemas.http import PauseBody
from schemas.query import NoBody, NoQuery

SENDING = ("connectors", "destinations")
PAUSABLE = (*SENDING, "imports")

acting = Blueprint("acting", __name__, description="What an operator does: pause, resume, check, send now.")


@acting.for_sections("POST", "/v1/{section}/<name>/pause", PAUSABLE)
@needs("operate")
@acting.arguments(NoQuery, location="query")
@acting.arguments(PauseBody)
@acting.response(200, description="Nothing is sent any more; rows are kept.")
@acting.doc(security=[{"key": []}])
def pause(_: Mapping[str, Any], body: Mapping[str, Any], section: str, name: str) -> Response:
    """Stop sending; again changes nothing."""
    find_record(section, name)
    place = stores()
    scope = SCOPES[section]
    return answer(
        paused_document(pause_record(place.records, answering_redis(), actor(), scope, name, body["reason"]))
    )


@acting.for_sections("POST", "/v1/{section}/<name>/resume", PAUSABLE)
@needs("operate")
@acting.arguments(NoQuery, location="query")
@acting.arguments(NoBody)
@acting.response(200, description="Rows go again, unless another stop is in the way.")
@acting.doc(security=[{"key": []}])
def resume(_: Mapping[str, Any], __: Mapping[str, Any], section: str, name: str) -> Response:
    """Send again; again changes nothing."""
    find_record(section, name)
    place = stores()
    return answer(
        paused_document(resume_record(place.records, answering_redis(), actor(), SCOPES[section], name))
    )


@acting.for_sections("POST", "/v1/{section}/<name>/check", SENDING)
@needs("operate")
@acting.arguments(NoQuery, location="query")
@acting.arguments(NoBody)
@acting.response(200, description="What `activation check` finds.")
@acting.doc(security=[{"key": []}])
def check(_: Mapping[str, Any], __: Mapping[str, Any], section: str, name: str) -> Response:
    """Look whether the account has what the record names; changes nothing there."""
    find_record(section, name)
    return answer(findings_of(section, name))


def findings_of(section: str, name: str) -> dict[str, Any]:
    """Check a connector or destination that is there, and return ``{"ok", "findings"}``."""
    place = stores()
    catalog = place.records.load()
    only = None if section == "connectors" else {name}
    connector = name if section == "connectors" else catalog.destinations[name].connector
    findings = check_connector(place, catalog, catalog.connectors[connector], only)
    note_alone(place.engine, actor(), f"{SCOPES[section]}.check", f"{SCOPES[section]}:{name}")
    return {"ok": all(one.ok for one in findings), "findings": [asdict(one) for one in findings]}


@acting.post("/v1/audiences/<audience>/flush")
@needs("operate")
@acting.arguments(NoQuery, location="query")
@acting.arguments(NoBody)
@acting.response(200, description="What is due now, and what keeps it.")
@acting.doc(security=[{"key": []}])
def flush(_: Mapping[str, Any], __: Mapping[str, Any], audience: str) -> Response:
    """Send now what waits for an audience."""
    return answer(send_now(audience))


def send_now(audience: str) -> dict[str, Any]:
    """Make the rows of an audience due now.

    Returns the number of rows by destination, with the stops and limits that keep them back. Raises Problem
    if no destination has the audience.
    """
    place = stores()
    catalog = place.records.load()
    try:
        flushed = flush_audience(answering_redis(), catalog, audience, worker_patience=0)
    except Misconfigured as error:
        raise Problem("unknown-audience", f"{error}.", audience=audience) from None
    note_alone(place.engine, actor(), "audience.flush", f"audience:{audience}", flushed.amount)
    destinations = [
        {"name": one.name, "rows": rows, "stops": [str(stop) for stop in stops_of(catalog, one)]}
        for one, rows in flushed.rows
    ]
    return {
        "destinations": destinations,
        "throttled": list(flushed.throttled),
        "in_intake": flushed.in_intake,
    }


def paused_document(paused: Paused) -> dict[str, Any]:
    """Return the outcome of pausing or resuming."""
    stops = [str(stop) for stop in paused.stops]
    return {"changed": paused.changed, "rows_waiting": paused.rows_waiting, "stops": stops}
