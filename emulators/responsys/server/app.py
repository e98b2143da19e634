"""The ASGI application."""

import asyncio
import contextlib
import math
from itertools import count
from typing import Any

from emulators.responsys.control import api
from emulators.responsys.server.gateway import Gateway
from emulators.responsys.state.emulator import Emulator
from emulators.serving import wire
from emulators.serving.messages import Answer, Request

MOST_BODY_BYTES = 10_000_000  # of a request; the gateway drops the connection of a larger one
correlation_numbers = count(1)


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
            self.note_too_large()
            await wire.write_answer(Answer(arrives="closed"), scope, receive, send)
            return
        request = Request(
            method=scope["method"],
            path=scope["raw_path"].decode("ascii"),
            query=scope["query_string"].decode("ascii"),
            headers=scope["headers"],
            body=body,
        )
        if is_control:
            answer = api.serve_order(self.emulator, request)
        else:
            answer = await self.gateway.serve(request)
        answer.headers["x-correlationid"] = f"emulator-{next(correlation_numbers)}"
        await wire.write_answer(answer, scope, receive, send)

    def note_too_large(self) -> None:
        """Note that a connection is dropped over the size of its request."""
        ledger = self.emulator.ledger
        ledger.count_call(None, None, "too large")
        ledger.add_violation(self.emulator.clock(), None, None, "a body of more than 10 MB")
