"""Single records: create, read, update, upsert, delete.

Source: REST API Developer Guide, ``dome_sobject_create.htm``, ``dome_update_fields.htm`` and
``dome_upsert.htm``.
"""

from typing import Any
from urllib.parse import parse_qs

from emulators.salesforce.calls.resources import table_of_path
from emulators.salesforce.messages.bodies import json_answer
from emulators.salesforce.messages.errors import ApiError, RowError, violation_error
from emulators.salesforce.org.saving import SeveralMatches, existing
from emulators.salesforce.soql.rows import row_maker
from emulators.salesforce.state.call import Call
from emulators.serving.messages import Answer

Body = dict[str, Any]
DOES_NOT_EXIST = "The requested resource does not exist"


def create(call: Call) -> Answer:
    """Create a record."""
    table = table_of_path(call)
    record_id = call.writer.create(table, without_attributes(call.body(Body)))
    note_row(call, record_id)
    answer = json_answer({"id": record_id, "success": True, "errors": []}, 201)
    answer.headers["location"] = f"{call.base}/sobjects/{table.name}/{record_id}"
    return answer


def retrieve(call: Call) -> Answer:
    """Answer with a record, whole or with the named fields."""
    table = table_of_path(call)
    record_id = found_id(call)
    named = parse_qs(call.request.query).get("fields")
    visible = (f.name for key, f in table.fields.items() if key not in table.hidden)
    paths = tuple(named[0].split(",")) if named else tuple(visible)
    values = table.seen(record_id, call.org.clock())
    if values is None:
        raise ApiError("NOT_FOUND", DOES_NOT_EXIST)
    paths = paths if "Id" in paths else (*paths, "Id")
    return json_answer(row_maker(call.org, table, paths, call.base)(values))


def update(call: Call) -> Answer:
    """Change a record."""
    body = without_attributes(call.body(Body))
    record_id = found_id(call)
    call.writer.update(table_of_path(call), record_id, body)
    note_row(call, record_id)
    return Answer(204)


def delete(call: Call) -> Answer:
    """Move a record to the recycle bin."""
    record_id = found_id(call)
    call.writer.delete(table_of_path(call), record_id)
    note_row(call, record_id)
    return Answer(204)


def upsert(call: Call) -> Answer:
    """Update the record with an external id, or create it; 300 where several have it."""
    table = table_of_path(call)
    body = without_attributes(call.body(Body))
    if call.names[2].lower() in (name.lower() for name in body):
        raise violation_error("INVALID_FIELD", f"The {call.names[2]} field should not be in the body")
    update_only = parse_qs(call.request.query).get("updateOnly") == ["true"]
    try:
        record_id, created = call.writer.upsert(table, (call.names[2], call.names[3]), body, update_only)
    except SeveralMatches as several:
        links = [f"{call.base}/sobjects/{table.name}/{record_id}" for record_id in several.ids]
        return json_answer(links, 300)
    note_row(call, record_id)
    answer = {"id": record_id, "success": True, "errors": [], "created": created}
    return json_answer(answer, 201 if created else 200)


def found_id(call: Call) -> str:
    """Return the id that the path names; raises ApiError where no such record is, or RowError."""
    try:
        return str(existing(table_of_path(call), call.names[2])["Id"])
    except RowError as error:
        if error.code in ("INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID"):
            raise ApiError("NOT_FOUND", DOES_NOT_EXIST) from error
        raise


def without_attributes(body: Body) -> Body:
    """Leave out ``attributes``, the key with the type."""
    return {name: value for name, value in body.items() if name != "attributes"}


def note_row(call: Call, record_id: str) -> None:
    """Enter the one row of a call into the ledger."""
    call.entry.rows = 1
    call.entry.ids = [record_id]
