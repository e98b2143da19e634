"""The ASGI application."""

import asyncio
import contextlib
import math
from typing import Any

from emulators.responsys.control import api
from emulators.responsys.messages.http import Answer, Request
from emulators.responsys.server import wire
from emulators.responsys.server.gateway import Gateway
from emulators.responsys.state.emulator import Emulator


class App:
    """Serves the API, and under ``/_control`` what it takes to test against it."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.gateway = Gateway(emulator)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request; told to stop in the middle of it, be quiet."""
        with contextlib.suppress(asyncio.CancelledError):
            await self.serve(scope, receive, send)

    async def serve(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Read the request, hand it on, and write the answer."""
        is_control = scope["path"].startswith("/_control")
        try:
            body = await wire.read(scope, receive, math.inf if is_control else wire.MOST_BYTES)
        except wire.Gone:
            return
        except wire.TooLarge:
            self.too_large()
            await wire.write(Answer(arrives="closed"), scope, receive, send)
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
        await wire.write(answer, scope, receive, send)

    def too_large(self) -> None:
        """Note why a connection is dropped."""
        ledger = self.emulator.ledger
        ledger.count_call(None, None, "too large")
        ledger.add_violation(self.emulator.clock(), None, None, "a body of more than 10 MB")
