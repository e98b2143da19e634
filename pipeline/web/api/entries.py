"""``/v1/rules/{rule}/entries``: enterings that a rule asked for."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from pipeline.operate.entries import page_of_entries
from pipeline.web.api.records import find_record
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.context import answer, page_of, stores
from schemas.http import EntriesQuery

entries = Blueprint("entries", __name__, description="Enterings that rules asked for.")


@entries.get("/v1/rules/<rule>/entries")
@needs("operate")
@entries.arguments(EntriesQuery, location="query")
@entries.response(200, description="A page of entries, newest first.")
@entries.doc(security=[{"key": []}])
def list_entries(query: Mapping[str, Any], rule: str) -> Response:
    """List the entries of a rule, with the check that each did not pass and its evidence."""
    find_record("rules", rule)
    return answer(page_of_entries(stores(), rule, page_of(query), query.get("state")))
