"""The ASGI application."""

from itertools import count

from emulators.responsys.control import api
from emulators.responsys.server.gateway import Gateway
from emulators.responsys.state.emulator import Emulator
from emulators.serving.application import Application
from emulators.serving.messages import Answer, Request

MOST_BODY_BYTES = 10_000_000  # of a request; the gateway drops the connection of a larger one
correlation_numbers = count(1)


class App(Application):
    """Serves the API of Responsys, and the control API."""

    most_body_bytes = MOST_BODY_BYTES

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.gateway = Gateway(emulator)

    async def answer(self, request: Request) -> Answer:
        """Answer as the gateway does, with a number for each answer."""
        return numbered(await self.gateway.serve(request))

    def answer_order(self, request: Request) -> Answer:
        """Answer an order of a test."""
        return numbered(api.serve_order(self.emulator, request))

    def refuse_size(self) -> Answer:
        """Note that the connection is dropped over the size of its request."""
        ledger = self.emulator.ledger
        ledger.count_call(None, None, "too large")
        ledger.add_violation(self.emulator.clock(), None, None, "a body of more than 10 MB")
        return Answer(arrives="closed")


def numbered(answer: Answer) -> Answer:
    """Give an answer its number."""
    answer.headers["x-correlationid"] = f"emulator-{next(correlation_numbers)}"
    return answer
