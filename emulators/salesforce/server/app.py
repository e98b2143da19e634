"""The ASGI application."""

import time
import zlib
from email.utils import formatdate

from emulators.salesforce.control import api
from emulators.salesforce.server.gateway import Gateway
from emulators.salesforce.state.emulator import Emulator
from emulators.serving.application import Application
from emulators.serving.messages import Answer, Request

MOST_BODY_BYTES = 50_000_000
LEAST_PACKED = 1000  # bytes; shorter answers are sent as they are


class App(Application):
    """Serves the API of Salesforce, and the control API."""

    most_body_bytes = MOST_BODY_BYTES

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.gateway = Gateway(emulator)

    async def answer(self, request: Request) -> Answer:
        """Answer with the org's time."""
        answer = packed(request, await self.gateway.serve(request))
        answer.headers["date"] = formatdate(self.emulator.clock(), usegmt=True)
        return answer

    def answer_order(self, request: Request) -> Answer:
        """Answer an order of a test."""
        return api.serve_order(self.emulator, request)

    def refuse_size(self) -> Answer:
        """Refuse a body that is too large."""
        self.emulator.ledger.add_violation(time.time(), None, "a body of more than 50 MB")
        return Answer(413)


def packed(request: Request, answer: Answer) -> Answer:
    """Return the answer as gzip, if the client takes it and it is long enough."""
    if len(answer.body) >= LEAST_PACKED and "gzip" in request.header(b"accept-encoding"):
        packer = zlib.compressobj(level=1, wbits=31)
        answer.body = packer.compress(answer.body) + packer.flush()
        answer.headers["content-encoding"] = "gzip"
    return answer
