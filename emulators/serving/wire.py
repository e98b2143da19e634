"""Answers on the socket: whole, half, or not at all."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from emulators.serving.messages import Answer


class ClosableProtocol(HttpToolsProtocol):
    """HTTP that lets the application close its own connection."""

    def on_message_begin(self) -> None:
        """Give the application the socket."""
        super().on_message_begin()
        self.scope["extensions"] = {"socket": {"transport": self.transport}}


class BodyTooLarge(Exception):
    """The body is larger than the gateway takes."""


class ClientGone(Exception):
    """The client left before its request was complete."""


async def read_body(scope: dict[str, Any], receive: Any, most_bytes: float) -> bytes:
    """Return the body of at most ``most_bytes`` bytes."""
    declared = next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)
    if declared > most_bytes:
        raise BodyTooLarge
    chunks, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunks.append(message["body"])
        size += len(chunks[-1])
        if size > most_bytes:
            raise BodyTooLarge
        more = message["more_body"]
    return b"".join(chunks)


async def write_answer(answer: Answer, scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Send as much of ``answer`` as is meant to arrive."""
    if answer.arrives == "whole":
        await send(head_of(answer))
        await send({"type": "http.response.body", "body": answer.body})
    elif answer.arrives == "half":
        await send(head_of(answer))
        half = answer.body[: len(answer.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await close_connection(scope, receive)
    elif answer.arrives == "closed":
        await close_connection(scope, receive)
    else:
        await wait_for_close(receive)


def head_of(answer: Answer) -> dict[str, Any]:
    """Return the status and headers of an answer."""
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        *((name.encode(), value.encode()) for name, value in answer.headers.items()),
    ]
    return {"type": "http.response.start", "status": answer.status, "headers": headers}


async def close_connection(scope: dict[str, Any], receive: Any) -> None:
    """End the connection; bytes that were written before still go out."""
    scope["extensions"]["socket"]["transport"].close()
    await wait_for_close(receive)


async def wait_for_close(receive: Any) -> None:
    """Wait until the connection has ended."""
    while (await receive())["type"] != "http.disconnect":
        await asyncio.sleep(0)
