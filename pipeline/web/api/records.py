"""``/v1/connectors``, ``/v1/channels`` and the like: records, read and edited as TOML has them."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from pipeline.alerts.documents import alerts_document
from pipeline.operate.editing import ChangedMeanwhile, Editor, InUse, NoSuchRecord
from pipeline.operate.pausing import stops_in_force
from pipeline.operate.stream_status import read_streams
from pipeline.records.catalog import Catalog
from pipeline.records.record_check import InvalidRecord
from pipeline.records.records import SCOPES
from pipeline.records.stops import remedy
from pipeline.text.times import rfc3339
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.context import actor, answer, stores
from pipeline.web.json_body import read_object
from pipeline.web.problems import Problem
from schemas.http import RecordQuery, RemoveQuery
from schemas.query import NoQuery

SECTIONS = tuple("connectors destinations sources mappings rules pairs consents channels alerts".split())
EDITABLE = (*SECTIONS, "imports")  # api/imports.py lists these, with their states

records = Blueprint(
    "records",
    __name__,
    description="Connectors, destinations, sources, mappings, rules, pairs, consents, channels, alerts.",
)


def record_editor() -> Editor:
    """Return an editor of records that acts for the key of this request."""
    place = stores()
    return Editor(place.records, place.redis, actor(), place.settings.data_dir)


@records.for_sections("GET", "/v1/{section}", SECTIONS)
@needs("read")
@records.arguments(NoQuery, location="query")
@records.response(200, description="All records of a section, secrets masked.")
@records.doc(security=[{"key": []}])
def list_records(_: Mapping[str, Any], section: str) -> Response:
    """List records with what stops them."""
    place = stores()
    catalog, documents = place.records.load(), place.records.export()[section]
    if section == "alerts":
        return answer(alerts_document(place.engine, catalog, documents))
    if section == "sources":
        return answer({"sources": source_documents(catalog, documents)})
    listed = [record_document(catalog, section, name, document) for name, document in documents.items()]
    return answer({section: listed})


@records.for_sections("GET", "/v1/{section}/<name>", EDITABLE)
@needs("read")
@records.arguments(NoQuery, location="query")
@records.response(200, description="The record, secrets masked; its `ETag` guards a change.")
@records.doc(security=[{"key": []}])
def get_record(_: Mapping[str, Any], section: str, name: str) -> Response:
    """Give one record."""
    document, etag = record_and_etag(section, name)
    return with_etag(answer(document), etag)


@records.for_sections("PUT", "/v1/{section}/<name>", EDITABLE)
@needs("admin")
@records.arguments(RecordQuery, location="query")
@records.response(200, description="It was there, or `dry_run` only tells.")
@records.alt_response(201, description="It is new.")
@records.doc(security=[{"key": []}])
def put_record(query: Mapping[str, Any], section: str, name: str) -> Response:
    """Store a record whole; `dry_run=true` only tells what would change."""
    document = read_object(request)
    try:
        outcome, stored = record_editor().put(
            section, name, document, etag=if_match(), dry_run=query["dry_run"]
        )
    except InvalidRecord as error:
        raise Problem("invalid-request", "See `errors`.", errors={"json": dict(error.messages)}) from None
    except ChangedMeanwhile as error:
        raise Problem("changed-meanwhile", str(error)) from None
    created = outcome == "created" and not query["dry_run"]
    response = answer({"change": outcome, "document": stored}, 201 if created else 200)
    return response if query["dry_run"] else with_etag(response, record_and_etag(section, name)[1])


@records.for_sections("DELETE", "/v1/{section}/<name>", EDITABLE)
@needs("admin")
@records.arguments(RemoveQuery, location="query")
@records.response(204, description="It is gone.")
@records.doc(security=[{"key": []}])
def delete_record(query: Mapping[str, Any], section: str, name: str) -> Response:
    """Remove a record; rows that wait for a destination need `rows=dead-letters`."""
    find_record(section, name)
    try:
        record_editor().remove(section, name, etag=if_match(), with_rows=query["rows"] == "dead-letters")
    except ChangedMeanwhile as error:
        raise Problem("changed-meanwhile", str(error)) from None
    except InUse as error:
        added = {"rows": error.rows} if error.rows else {"used_by": error.used_by}
        raise Problem("in-use", f"{str(error).capitalize()}.", **added) from None
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def find_record(section: str, name: str) -> dict[str, Any]:
    """Return a record; raises Problem if there is none of this name."""
    return record_and_etag(section, name)[0]


def record_and_etag(section: str, name: str) -> tuple[dict[str, Any], str]:
    """Return a record and its ETag; raises Problem if there is none of this name."""
    try:
        return record_editor().found(section, name)
    except NoSuchRecord as error:
        raise Problem("not-found", f"{error}.") from None


def source_documents(catalog: Catalog, documents: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the sources of a list; one that is read on from its mark has a ``stream``."""
    streams = {one.source.name: one for one in read_streams(lambda: stores().events_if_any, catalog)}
    return [
        record_document(catalog, "sources", name, document)
        | ({"stream": streams[name].document()} if name in streams else {})
        for name, document in documents.items()
    ]


def record_document(catalog: Catalog, section: str, name: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return one record of a list."""
    scope = SCOPES.get(section)
    stops = [
        {
            "scope": stop.scope,
            "name": stop.name,
            "kind": stop.kind,
            "code": stop.code,
            "detail": stop.detail,
            "since": stop.since and rfc3339(stop.since),
            "way_out": remedy(catalog, stop),
        }
        for stop in (stops_in_force(catalog, scope, name) if scope else ())
    ]
    listed = {"name": name, "document": document, "stops": stops}
    if section == "connectors":
        using = [one.name for one in catalog.destinations.values() if one.connector == name]
        return {**listed, "destinations": sorted(using)}
    return listed


def if_match() -> str | None:
    """Return the ETags of the header ``If-Match`` with commas between them, None if it is absent."""
    text = request.headers.get("If-Match")
    if text is None:
        return None
    return ",".join(one.strip().removeprefix("W/").strip('"') for one in text.split(","))


def with_etag(response: Response, etag: str) -> Response:
    """Give an answer the ETag of the record that it shows."""
    response.headers["ETag"] = f'"{etag}"'
    return response
