"""Collections: up to 200 records in one call.

Source: REST API Developer Guide, ``resources_composite_sobjects_collections*.htm``: the answer has a result
for each record, in order.
"""

from urllib.parse import parse_qs

import msgspec

from emulators.salesforce.calls.many import Body, Records, Result, fields_in, typed, write_all
from emulators.salesforce.calls.resources import table_of_path
from emulators.salesforce.messages.bodies import json_answer
from emulators.salesforce.messages.errors import RowError, violation_error
from emulators.salesforce.org.ids import read_id
from emulators.salesforce.org.saving import SeveralMatches
from emulators.salesforce.soql.rows import row_maker
from emulators.salesforce.state.call import Call
from emulators.serving.messages import Answer

MOST_READ = 2000  # records


class Reading(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a reading."""

    ids: list[str]
    fields: list[str]


def create_many(call: Call) -> Answer:
    """Create records of any types."""

    def create(body: Body) -> Result:
        record_id = call.writer.create(typed(call, body), fields_in(body))
        return {"id": record_id, "success": True, "errors": []}

    return write_all(call, call.body(Records), create, mixed=True)


def update_many(call: Call) -> Answer:
    """Change records of any types, each once."""
    seen: set[str] = set()

    def update(body: Body) -> Result:
        record_id = str(body.get("id") or body.get("Id") or "")
        if record_id[:15] in seen:
            raise RowError("DUPLICATE_VALUE", "Duplicate id specified", ("Id",))
        seen.add(record_id[:15])
        call.writer.update(typed(call, body), record_id, fields_in(body))
        return {"id": read_id(record_id), "success": True, "errors": []}

    return write_all(call, call.body(Records), update, mixed=True)


def upsert_many(call: Call) -> Answer:
    """Update or create records of one type by an external id."""
    table, name = table_of_path(call), call.names[2]
    seen: set[str] = set()

    def upsert(body: Body) -> Result:
        fields = fields_in(body)
        text = str(fields.pop(name, "") or "")
        if not text:
            raise RowError("MISSING_ARGUMENT", f"{name} not specified", (name,))
        if text.lower() in seen:
            raise RowError("DUPLICATE_VALUE", f"Duplicate external id specified: {text}", (name,))
        seen.add(text.lower())
        try:
            record_id, created = call.writer.upsert(table, (name, text), fields)
        except SeveralMatches as several:
            reason = f"{name}: more than one record found for external id field: {several.ids}"
            raise RowError("DUPLICATE_EXTERNAL_ID", reason, (name,)) from several
        return {"id": record_id, "success": True, "errors": [], "created": created}

    return write_all(call, call.body(Records), upsert, mixed=False)


def delete_many(call: Call) -> Answer:
    """Move records to the recycle bin."""
    ids = call.query("ids").split(",")
    all_or_none = parse_qs(call.request.query).get("allOrNone") == ["true"]

    def delete(body: Body) -> Result:
        table = call.org.table_of_id(body["id"])
        if table is None:
            raise RowError("MALFORMED_ID", f"malformed id {body['id']}", ("Id",))
        call.writer.delete(table, body["id"])
        return {"id": body["id"], "success": True, "errors": []}

    return write_all(
        call, Records([{"id": record_id} for record_id in ids], all_or_none), delete, mixed=False
    )


def retrieve_many(call: Call) -> Answer:
    """Answer with the named fields of records of one type, null for a record that is not there."""
    table, wanted = table_of_path(call), call.body(Reading)
    if len(wanted.ids) > MOST_READ:
        raise violation_error("LIMIT_EXCEEDED", f"{len(wanted.ids)} ids, {MOST_READ} are allowed")
    make = row_maker(call.org, table, tuple(dict.fromkeys((*wanted.fields, "Id"))), call.base)
    now, rows = call.org.clock(), []
    for text in wanted.ids:
        values = table.seen(read_id_or_empty(text), now)
        rows.append(None if values is None or values.get("IsDeleted") else make(values))
    call.entry.rows = len(rows)
    return json_answer(rows)


def read_id_or_empty(text: str) -> str:
    """Return an id of 18 characters, empty where the text is none."""
    try:
        return read_id(text)
    except ValueError:
        return ""
