"""The control API as an ASGI application: ``POST /_control/{order}``, ``GET /_control/summary``."""

import asyncio
from typing import Any

import msgspec

from emulators.sftp.control.orders import ORDERS, Desk

PREFIX = "/_control/"


class ControlApi:
    """Answers orders."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request."""
        body = await read_body(receive)
        status, answer = await self.answer(scope["method"], scope["path"], body)
        head = {"status": status, "headers": [(b"content-type", b"application/json")]}
        await send({"type": "http.response.start", **head})
        await send({"type": "http.response.body", "body": msgspec.json.encode(answer)})

    async def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Return status and answer of a request."""
        name = path.removeprefix(PREFIX)
        if method == "GET" and name == "summary":
            return 200, self.desk.summary()
        if method != "POST" or name not in ORDERS:
            return 404, {"error": f"there are: GET summary; POST {', '.join(ORDERS)}"}
        kind, carry_out = ORDERS[name]
        try:
            order = msgspec.json.decode(body or b"{}", type=kind)
            # A large file takes long to write; SSH must be served meanwhile.
            return 200, await asyncio.to_thread(carry_out, self.desk, order)
        except ValueError as error:  # msgspec's errors are some, too
            return 400, {"error": str(error)}


async def read_body(receive: Any) -> bytes:
    """Return the whole body of a request."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body
