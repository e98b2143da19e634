"""``/v1/imports``: files of events that come in: how each import stands, its files, and their bad lines."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy import Engine

from pipeline.event_files.ledger_list import files_of, has_file, lines_of
from pipeline.operate.activity import note_alone
from pipeline.operate.imports import ImportStatus
from pipeline.operate.pausing import try_again
from pipeline.text.messages import unknown
from pipeline.text.times import rfc3339
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.context import actor, answer, stores
from pipeline.web.imports_now import imports_now
from pipeline.web.paths import ROW_ID
from pipeline.web.problems import Problem
from pipeline.web.quick_redis import answering_redis
from schemas.http import FilesQuery
from schemas.query import NoBody, NoQuery

imports = Blueprint("imports", __name__, description="Files of events that come in.")


@imports.get("/v1/imports")
@needs("read")
@imports.arguments(NoQuery, location="query")
@imports.response(200, description="What `activation imports list --json` prints.")
@imports.doc(security=[{"key": []}])
def list_imports(_: Mapping[str, Any]) -> Response:
    """List the imports with their states."""
    return answer({"imports": [one.document() for one in imports_now()]})


@imports.get("/v1/imports/<name>/files")
@needs("read")
@imports.arguments(FilesQuery, location="query")
@imports.response(200, description="What `activation imports files --json` prints.")
@imports.doc(security=[{"key": []}])
def list_files(query: Mapping[str, Any], name: str) -> Response:
    """List the files of an import."""
    find_import(name)
    return answer({"files": [file_document(one) for one in files_of(events(), name, query.get("state"))]})


@imports.get(f"/v1/imports/<name>/files/<{ROW_ID}:file>/lines")
@needs("operate")
@imports.arguments(NoQuery, location="query")
@imports.response(200, description="What `activation imports lines --json` prints.")
@imports.doc(security=[{"key": []}])
def list_lines(_: Mapping[str, Any], name: str, file: int) -> Response:
    """List the lines of a file that count nothing; an activity notes it, for lines name people."""
    return answer({"lines": quarantine(name, file)})


@imports.post("/v1/imports/<name>/run")
@needs("operate")
@imports.arguments(NoQuery, location="query")
@imports.arguments(NoBody)
@imports.response(202, description="A worker takes it within seconds.")
@imports.doc(security=[{"key": []}])
def run_import(_: Mapping[str, Any], __: Mapping[str, Any], name: str) -> Response:
    """Fetch and land now what is new; ten hours of failures begin anew."""
    ask_for_run(name)
    return answer(find_import(name).document(), 202)


def find_import(name: str) -> ImportStatus:
    """Return how one import stands; raises Problem if there is none of that name."""
    known = {one.name: one for one in imports_now()}
    if name not in known:
        raise Problem("not-found", f"{unknown('import', name, known)}.")
    return known[name]


def ask_for_run(name: str) -> None:
    """Let a worker run an import now."""
    find_import(name)
    place = stores()
    try_again(place.records, answering_redis(), name)
    note_alone(place.engine, actor(), "import.run", f"import:{name}")


def quarantine(name: str, file: int) -> list[dict[str, Any]]:
    """Return the bad lines of a file; raises Problem if the import has no such file."""
    find_import(name)
    found = lines_of(events(), file) if has_file(events(), name, file) else None
    if found is None:
        raise Problem("not-found", "This import has no such file; its files have their numbers.")
    note_alone(stores().engine, actor(), "import_lines.shown", f"import_file:{file}")
    return found


def file_document(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return a file for programs."""
    return {name: rfc3339(value) if isinstance(value, datetime) else value for name, value in one.items()}


def events() -> Engine:
    """Return the events store."""
    return stores().events
