"""The gateway: the checks that every API call passes, by path, token, limits and faults."""

import asyncio

from emulators.responsys.calls.login import Login
from emulators.responsys.messages.errors import ApiError
from emulators.responsys.messages.http import encode, gateway_page
from emulators.responsys.server.routes import Route, Router, routes_of
from emulators.responsys.state.call import Call
from emulators.responsys.state.emulator import Emulator
from emulators.responsys.state.faulty_answer import faulty_answer
from emulators.serving.fault_rule import FaultRule
from emulators.serving.messages import Answer, Request


class Gateway:
    """Answers the API calls to one emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.login = Login(emulator.tokens, emulator.clock, emulator.account_of_user)
        self.router = Router(routes_of(emulator, self.login))

    async def serve(self, request: Request) -> Answer:
        """Answer one request."""
        emulator = self.emulator
        if emulator.jobs.waiting:
            emulator.jobs.process_due(emulator.clock())
        route_match = self.router.find_route(request)
        if route_match is None:
            return self.refuse_path(request)
        route, path_names = route_match
        account = None
        try:
            account = (route.identify or self.login.by_token)(request)
            call = emulator.new_call(route.function, request, path_names, account)
            check_limits(call)
            return await self.process(route, call)
        except ApiError as error:
            return self.refuse(account.name if account else None, route.function, error)

    async def process(self, route: Route, call: Call) -> Answer:
        """Call the function, unless a fault comes before; spoil the answer, if one comes after."""
        faults = self.emulator.faults.choose_for(call.function, call.account.name, call.request.body)
        if faults.sleep_before:
            await asyncio.sleep(faults.sleep_before)
        answer = self.call_function(route, call, faults.fault)
        if faults.sleep_after:
            await asyncio.sleep(faults.sleep_after)
        return answer

    def call_function(self, route: Route, call: Call, fault: FaultRule | None) -> Answer:
        """Call the function and count the outcome."""
        outcome = f"fault: {fault.label}" if fault else "answered"
        if fault is None:
            answer = route.handle(call)
        elif fault.when == "before":
            self.strike_account(call, fault)
            answer = faulty_answer(fault, None)
        else:
            call.answer_fault = fault.label
            answer = faulty_answer(fault, route.handle(call))
        call.ledger.count_call(call.account.name, call.function, outcome)
        return answer

    def strike_account(self, call: Call, fault: FaultRule) -> None:
        """Carry out the faults that strike the account rather than the call."""
        now = call.clock()
        if fault.kind == "capacity":
            call.account.limits.exhausted_until = now + fault.seconds
            raise capacity_error(call)
        if fault.kind == "expire_token" and fault.error_code == "INVALID_TOKEN":
            self.emulator.tokens.forget(call.account)
            raise ApiError("INVALID_TOKEN", "Not a valid authentication token")
        if fault.kind == "expire_token":
            self.emulator.tokens.expire(call.account, now)
            raise ApiError("TOKEN_EXPIRED", "The authentication token has expired")

    def refuse_path(self, request: Request) -> Answer:
        """Count a request that no route fits, and answer as the gateway in front of Responsys does."""
        ledger = self.emulator.ledger
        reason = f"there is no {request.method} {request.path}"
        ledger.add_violation(self.emulator.clock(), None, None, reason)
        ledger.count_call(None, None, "404")
        return gateway_page(404, "Not Found")

    def refuse(self, account: str | None, function: str, error: ApiError) -> Answer:
        """Count a refusal, note the client's fault if it has one, and answer in Responsys' shape."""
        ledger = self.emulator.ledger
        ledger.count_call(account, function, error.code)
        if error.violation:
            ledger.add_violation(self.emulator.clock(), account, function, error.violation)
        headers = {} if error.retry_after is None else {"retry-after": str(error.retry_after)}
        return Answer(error.status, encode(error.body), headers=headers)


def check_limits(call: Call) -> None:
    """Refuse the call when its limit, or the whole account's capacity, is used up."""
    now, limits = call.clock(), call.account.limits
    if now < limits.exhausted_until:
        raise capacity_error(call)
    if not limits.meters[call.function].admit(now, call.behaviour):
        raise ApiError(
            "API_LIMIT_EXCEEDED",
            f"The limit for {call.function} has been exceeded. Try again in a minute.",
            status=call.behaviour.limit_status,
            retry_after=call.behaviour.retry_after,
        )


def capacity_error(call: Call) -> ApiError:
    """Return the refusal that concerns the whole account."""
    return ApiError(
        "INTERNAL_CAPACITY_LIMIT_EXCEEDED",
        "The capacity for this account has been exceeded. Try again later.",
        status=call.behaviour.capacity_status,
        retry_after=call.behaviour.retry_after,
    )
