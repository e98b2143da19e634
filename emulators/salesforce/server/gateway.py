"""The gateway: the checks that every API call passes, by path, version, login, limits and faults."""

import asyncio

from emulators.salesforce.calls.composite import composite
from emulators.salesforce.calls.login import log_in
from emulators.salesforce.calls.resources import show_versions
from emulators.salesforce.messages.errors import ApiError, LoginError, RowError
from emulators.salesforce.server.faulty import faulty_answer, faulty_login
from emulators.salesforce.server.routes import ROUTES, Route, Router
from emulators.salesforce.state.call import Call
from emulators.salesforce.state.emulator import Emulator
from emulators.serving.fault_rule import FaultRule
from emulators.serving.messages import Answer, Request

TOKEN_PATH, VERSIONS_PATH = "/services/oauth2/token", "/services/data"  # nosec B105
LONGEST_HEAD = 16_384  # bytes of address and headers
NOT_THERE = "The requested resource does not exist"


class Gateway:
    """Answers the API calls to one emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.inner = Router(ROUTES)
        self.router = Router(
            (*ROUTES, Route("composite", "POST", "/composite", composite(self.serve_inside)))
        )

    async def serve(self, request: Request) -> Answer:
        """Answer one request."""
        if request.path == TOKEN_PATH and request.method == "POST":
            return await self.serve_login(request)
        if request.path.rstrip("/") == VERSIONS_PATH and request.method == "GET":
            return show_versions(self.emulator)
        function = None
        try:
            route, names = self.find_route(self.router, request)
            function = route.function
            user = self.emulator.logins.user_of(request.header(b"authorization"), self.emulator.clock())
            self.emulator.usage.admit(self.emulator.clock())
            answer = await self.process(route, Call(function, request, names, self.emulator, user))
        except ApiError as error:
            answer = self.refuse(function, error)
        return self.with_headers(request, answer)

    def find_route(self, router: Router, request: Request) -> tuple[Route, tuple[str, ...]]:
        """Return the route of a request; raises ApiError."""
        if len(request.path) + len(request.query) + head_size(request) > LONGEST_HEAD:
            raise ApiError(
                "URI_TOO_LONG", "the address is too long", violation="more than 16,384 bytes of address"
            )
        found = router.find_route(request)
        if found is None or not self.is_served(found[1][0]):
            reason = f"there is no {request.method} {request.path}"
            raise ApiError("NOT_FOUND", NOT_THERE, violation=reason)
        return found

    def is_served(self, version: str) -> bool:
        """Tell whether the org serves a version, such as 66.0."""
        behaviour = self.emulator.behaviour
        whole, _, rest = version.partition(".")
        is_version = whole.isdecimal() and rest == "0"
        return is_version and behaviour.oldest_version <= float(whole) <= behaviour.newest_version

    async def serve_login(self, request: Request) -> Answer:
        """Answer a login."""
        faults = self.emulator.faults.choose_for("login", "", request.body)
        await asyncio.sleep(faults.sleep_before)
        try:
            if faults.fault is not None:
                return faulty_login(faults.fault)
            answer = log_in(self.emulator, request)
        except (ApiError, LoginError) as error:
            self.note_refusal("login", error)
            return error.answer()
        self.emulator.ledger.count_call("login", "answered")
        return answer

    async def process(self, route: Route, call: Call) -> Answer:
        """Call the function, unless a fault comes before; spoil the answer, if one comes after."""
        faults = self.emulator.faults.choose_for(call.function, "", call.request.body)
        if faults.sleep_before:
            await asyncio.sleep(faults.sleep_before)
        answer = self.call_function(route, call, faults.fault)
        if faults.sleep_after:
            await asyncio.sleep(faults.sleep_after)
        return answer

    def call_function(self, route: Route, call: Call, fault: FaultRule | None) -> Answer:
        """Call the function and count the outcome."""
        if fault is not None and fault.kind == "expire_token":
            self.emulator.logins.revoke_all()
            raise ApiError("INVALID_SESSION_ID", "Session expired or invalid")
        outcome = f"fault: {fault.label}" if fault else "answered"
        if fault is not None and fault.when == "before":
            answer = faulty_answer(fault, None)
        else:
            call.entry.answer_fault = fault.label if fault else None
            answer = self.answer_of(route, call)
            self.emulator.ledger.entries.append(call.entry)
            answer = faulty_answer(fault, answer) if fault else answer
        self.emulator.ledger.count_call(call.function, outcome)
        return answer

    def answer_of(self, route: Route, call: Call) -> Answer:
        """Return the answer of the function; a RowError takes back all that the call wrote."""
        with self.emulator.org.transaction() as take_back:
            try:
                return route.handle(call)
            except RowError as error:
                take_back()
                call.entry.rows, call.entry.rejected = 1, {0: error.code}
                return error.answer()

    def serve_inside(self, request: Request, user: str) -> Answer:
        """Answer a request inside a composite, which counts towards no limit."""
        function = None
        try:
            route, names = self.find_route(self.inner, request)
            function = route.function
            call = Call(function, request, names, self.emulator, user)
            answer = self.answer_of(route, call)
        except ApiError as error:
            return self.refuse(function, error)
        self.emulator.ledger.entries.append(call.entry)
        return answer

    def refuse(self, function: str | None, error: ApiError) -> Answer:
        """Count a refusal and answer with it."""
        self.note_refusal(function, error)
        return error.answer()

    def note_refusal(self, function: str | None, error: ApiError | LoginError) -> None:
        """Count a refusal, and note the client's fault if it has one."""
        self.emulator.ledger.count_call(function, error.code)
        if error.violation:
            self.emulator.ledger.add_violation(self.emulator.clock(), function, error.violation)

    def with_headers(self, request: Request, answer: Answer) -> Answer:
        """Add the use of the org's calls, and the warning of a version that is to end."""
        answer.headers["sforce-limit-info"] = self.emulator.usage.header(self.emulator.clock())
        version = request.path.removeprefix(f"{VERSIONS_PATH}/v").partition(".")[0]
        if version.isdecimal() and float(version) < self.emulator.behaviour.deprecated_below:
            answer.headers["warning"] = f'299 - "API version {version}.0 is deprecated"'
        return answer


def head_size(request: Request) -> int:
    """Return the bytes of the headers."""
    return sum(len(name) + len(value) + 4 for name, value in request.headers)
