"""Queries and their pages.

Source: REST API Developer Guide, ``resources_query.htm`` and ``resources_queryall.htm``.
"""

from typing import Any

from emulators.salesforce.messages.bodies import json_answer
from emulators.salesforce.messages.errors import violation_error
from emulators.salesforce.soql.parser import read_query
from emulators.salesforce.soql.rows import find_table, row_maker
from emulators.salesforce.soql.search import Search
from emulators.salesforce.state.call import Call
from emulators.salesforce.state.locators import Result
from emulators.serving.messages import Answer

LEAST_PAGE = 200  # rows


def query(call: Call) -> Answer:
    """Answer a query without deleted rows."""
    return first_page(call, with_deleted=False)


def query_all(call: Call) -> Answer:
    """Answer a query with deleted and merged rows."""
    return first_page(call, with_deleted=True)


def first_page(call: Call, with_deleted: bool) -> Answer:
    """Answer with the first page of a new result."""
    text = call.query("q")
    call.entry.target = text
    asked = read_query(text)
    table = find_table(call.org, asked.table)
    make = row_maker(call.org, table, asked.paths, call.base)
    ids = Search(call.org, table, asked, with_deleted).ids()
    if not asked.paths:
        return json_answer({"totalSize": len(ids), "done": True, "records": []})
    until = call.emulator.clock() + call.emulator.behaviour.locator_life
    result = Result(lambda i: table.seen(i, call.org.clock()), make, ids, page_size(call), until)
    return page(call, None, result, 0)


def query_more(call: Call) -> Answer:
    """Answer with a later page."""
    if call.request.query:
        raise violation_error("INVALID_QUERY_LOCATOR", "nextRecordsUrl takes no parameters")
    name, result, position = call.emulator.locators.find(call.names[1], call.emulator.clock())
    return page(call, name, result, position)


def page(call: Call, name: str | None, result: Result, position: int) -> Answer:
    """Answer with the rows from a position on, and the way to the rest."""
    end = position + result.page_size
    found = (result.find(record_id) for record_id in result.ids[position:end])
    answer: dict[str, Any] = {"totalSize": len(result.ids), "done": end >= len(result.ids)}
    if not answer["done"]:
        name = name or call.emulator.locators.keep(result)
        answer["nextRecordsUrl"] = f"{call.base}/query/{name}-{end}"
    answer["records"] = [result.make(values) for values in found if values is not None]
    call.entry.rows = len(answer["records"])
    return json_answer(answer)


def page_size(call: Call) -> int:
    """Return the rows on a page: as the client hints, but no more than the org wants."""
    hint = call.option(b"sforce-query-options", "batchSize")
    most = call.emulator.behaviour.page_size
    return min(most, max(LEAST_PAGE, int(hint))) if hint.isdecimal() else most
