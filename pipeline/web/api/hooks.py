"""``/v1/hooks/salesforce/...``: outbound messages of an org nudge the streams that read its records."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from pipeline.errors import CallError
from pipeline.model.connector import Connector
from pipeline.operate.hook_keys import OF_SALESFORCE
from pipeline.operate.nudging import orgs_of, streams_about
from pipeline.records.catalog import Catalog
from pipeline.web.auth import OPEN, needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.body import RequestBody
from pipeline.web.body_slots import body_slots
from pipeline.web.context import stores
from pipeline.web.hook_door import MOST_BYTES, find_hooked, nudge, require_hook
from pipeline.web.outbound_message import ACK, NoMessage, OutboundMessage, read_message
from pipeline.web.problems import Problem
from schemas.query import NoQuery

XML = "text/xml"

hooks = Blueprint("hooks", __name__, description="Messages by which outside systems say that there is news.")


@hooks.post("/v1/hooks/salesforce/<connector>/<key>")
@needs(OPEN)
@hooks.arguments(NoQuery, location="query")
@hooks.response(200, description="`Ack true`: the nudge is in Redis.")
@hooks.doc(requestBody={"required": True, "content": {XML: {"schema": {"type": "string"}}}})
def take_message(_: Mapping[str, Any], connector: str, key: str) -> Response:
    """Run the streams of the objects that an outbound message is about, once however many messages come.

    The key in the path is made by `activation keys hook`. Nothing of the message is kept.
    """
    require_hook(connector, key)
    with body_slots().slot():
        content = b"".join(RequestBody(request, MOST_BYTES).pieces())
    try:
        message = read_message(content)
    except NoMessage as error:
        raise Problem("malformed-body", f"This is no outbound message of Salesforce: {error}.") from None
    catalog = stores().records.load()
    hooked = find_hooked(catalog, connector, OF_SALESFORCE)
    require_own_org(catalog, hooked, message)
    nudge(streams_about(catalog, hooked, message.objects))
    return Response(ACK, content_type=f"{XML}; charset=utf-8")


def require_own_org(catalog: Catalog, connector: Connector, message: OutboundMessage) -> None:
    """Raise Problem for a message of another org than the connector's."""
    try:
        orgs = orgs_of(stores(), catalog, connector)
    except CallError:
        raise Problem(
            "intake-unavailable", "The connector's org is not known yet, and its login fails now."
        ) from None
    if message.org not in orgs:
        raise Problem("malformed-body", "The OrganizationId is not that of the connector's org.")
