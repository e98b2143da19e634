"""The ASGI application that all HTTP emulators derive from."""

import asyncio
import contextlib
import math
from abc import ABC, abstractmethod
from typing import Any

from emulators.serving import wire
from emulators.serving.messages import Answer, Request


class Application(ABC):
    """Reads requests and writes answers: of the emulated API, and under ``/_control`` of the control API."""

    most_body_bytes = math.inf  # of a request to the emulated API

    @abstractmethod
    async def answer(self, request: Request) -> Answer:
        """Answer a request to the emulated API."""

    @abstractmethod
    def answer_order(self, request: Request) -> Answer:
        """Answer a request to the control API."""

    @abstractmethod
    def refuse_size(self) -> Answer:
        """Answer a request with a body that is too large."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request; end without an error if the server stops in the middle of it."""
        with contextlib.suppress(asyncio.CancelledError, wire.ClientGone):
            await wire.write_answer(await self.serve(scope, receive), scope, receive, send)

    async def serve(self, scope: dict[str, Any], receive: Any) -> Answer:
        """Read the request and return its answer."""
        is_control = scope["path"].startswith("/_control")
        try:
            body = await wire.read_body(scope, receive, math.inf if is_control else self.most_body_bytes)
        except wire.BodyTooLarge:
            return self.refuse_size()
        path, query = scope["raw_path"].decode("ascii"), scope["query_string"].decode("ascii")
        request = Request(scope["method"], path, query, scope["headers"], body)
        return self.answer_order(request) if is_control else await self.answer(request)
