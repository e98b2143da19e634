"""The ASGI application."""

import asyncio
import contextlib
import math
import time
import zlib
from email.utils import formatdate
from typing import Any

from emulators.salesforce.control import api
from emulators.salesforce.server.gateway import Gateway
from emulators.salesforce.state.emulator import Emulator
from emulators.serving import wire
from emulators.serving.messages import Answer, Request

MOST_BODY_BYTES = 50_000_000
LEAST_PACKED = 1000  # bytes; shorter answers are sent as they are


class App:
    """Serves the API, and under ``/_control`` the control API."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.gateway = Gateway(emulator)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request; end without an error if the server stops in the middle of it."""
        with contextlib.suppress(asyncio.CancelledError):
            await self.serve(scope, receive, send)

    async def serve(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Read the request, hand it on, and write the answer."""
        is_control = scope["path"].startswith("/_control")
        try:
            body = await wire.read_body(scope, receive, math.inf if is_control else MOST_BODY_BYTES)
        except wire.ClientGone:
            return
        except wire.BodyTooLarge:
            self.emulator.ledger.add_violation(time.time(), None, "a body of more than 50 MB")
            await wire.write_answer(Answer(413), scope, receive, send)
            return
        path, query = scope["raw_path"].decode("ascii"), scope["query_string"].decode("ascii")
        request = Request(scope["method"], path, query, scope["headers"], body)
        if is_control:
            answer = api.serve_order(self.emulator, request)
        else:
            answer = packed(request, await self.gateway.serve(request))
            answer.headers["date"] = formatdate(self.emulator.clock(), usegmt=True)
        await wire.write_answer(answer, scope, receive, send)


def packed(request: Request, answer: Answer) -> Answer:
    """Return the answer as gzip, if the client takes it and it is long enough."""
    if len(answer.body) >= LEAST_PACKED and "gzip" in request.header(b"accept-encoding"):
        packer = zlib.compressobj(level=1, wbits=31)
        answer.body = packer.compress(answer.body) + packer.flush()
        answer.headers["content-encoding"] = "gzip"
    return answer
