"""``/v1/channels/{name}/test``: try whether a channel of alerts takes messages."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from pipeline.operate.channel_tests import send_channel_test
from pipeline.web.api.records import find_record
from pipeline.web.auth import needs
from pipeline.web.blueprint import Blueprint
from pipeline.web.context import actor, answer, stores
from schemas.query import NoBody, NoQuery

channels = Blueprint("channels", __name__, description="Channels of alerts.")


@channels.post("/v1/channels/<name>/test")
@needs("operate")
@channels.arguments(NoQuery, location="query")
@channels.arguments(NoBody)
@channels.response(200, description="Whether the channel took a test message, and why it did not.")
@channels.doc(security=[{"key": []}])
def post_test(_: Mapping[str, Any], __: Mapping[str, Any], name: str) -> Response:
    """Send a test message to a channel, once, and say whether it was taken."""
    find_record("channels", name)
    return answer(send_channel_test(stores(), name, actor()))
