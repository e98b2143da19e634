"""Answers in HTTP as Responsys and the gateway in front of it write them."""

from typing import Any

import msgspec

from emulators.serving.messages import Answer

encode = msgspec.json.encode


def json_answer(content: Any, status: int = 200) -> Answer:
    """Answer with ``content`` as JSON."""
    return Answer(status, encode(content))


def gateway_page(status: int, text: str) -> Answer:
    """Answer as the gateway in front of Responsys does: in HTML, without an errorCode."""
    page = f"<html><head><title>{status} {text}</title></head><body><h1>{text}</h1></body></html>"
    return Answer(status, page.encode(), "text/html")
