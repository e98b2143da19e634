"""What every API call passes: the path, the token, the limits, the faults."""

import asyncio

from emulators.responsys import routes
from emulators.responsys.call import Call
from emulators.responsys.emulator import Emulator
from emulators.responsys.errors import ApiError
from emulators.responsys.faults import Rule, strike
from emulators.responsys.messages import Answer, Request, encode, gateway_page
from emulators.responsys.routes import Route


async def serve(emulator: Emulator, request: Request) -> Answer:
    """Answer one request."""
    if emulator.jobs.waiting:
        emulator.jobs.catch_up(emulator.clock())
    found = routes.find(request)
    if found is None:
        emulator.ledger.violation(
            emulator.clock(), None, None, f"there is no {request.method} {request.path}"
        )
        emulator.ledger.count(None, None, "404")
        return gateway_page(404, "Not Found")
    route, names = found
    account = None
    try:
        account = route.identify(emulator, request)
        call = Call(emulator, route.function, request, names, account)
        admit(call)
        return await process(route, call)
    except ApiError as error:
        return refuse(emulator, account.name if account else None, route.function, error)


def admit(call: Call) -> None:
    """Refuse the call when its limit, or the whole account's capacity, is used up."""
    behaviour, now = call.emulator.behaviour, call.emulator.clock()
    limits = call.account.limits
    if now < limits.exhausted_until:
        raise exhausted(call)
    if not limits.meters[call.function].take(now, behaviour):
        raise ApiError(
            "API_LIMIT_EXCEEDED",
            f"The limit for {call.function} has been exceeded. Try again in a minute.",
            status=behaviour.limit_status,
            retry_after=behaviour.retry_after,
        )


def exhausted(call: Call) -> ApiError:
    """Return the refusal that concerns the whole account."""
    behaviour = call.emulator.behaviour
    return ApiError(
        "INTERNAL_CAPACITY_LIMIT_EXCEEDED",
        "The capacity for this account has been exceeded. Try again later.",
        status=behaviour.capacity_status,
        retry_after=behaviour.retry_after,
    )


async def process(route: Route, call: Call) -> Answer:
    """Do what is asked, unless a fault comes before; spoil the answer, if one comes after."""
    plan = call.emulator.faults.plan(call.function, call.account.name, call.request.body)
    if plan.sleep_before:
        await asyncio.sleep(plan.sleep_before)
    answer = carry_out(route, call, plan.fault)
    if plan.sleep_after:
        await asyncio.sleep(plan.sleep_after)
    return answer


def carry_out(route: Route, call: Call, fault: Rule | None) -> Answer:
    """Process the call and count what became of it."""
    outcome = f"fault: {fault.label}" if fault else "answered"
    if fault is None:
        answer = route.handle(call)
    elif fault.when == "before":
        disturb(call, fault)
        answer = strike(fault, None)
    else:
        call.lost = fault.label
        answer = strike(fault, route.handle(call))
    call.emulator.ledger.count(call.account.name, call.function, outcome)
    return answer


def disturb(call: Call, fault: Rule) -> None:
    """Do what a fault does to the account rather than to the call."""
    emulator, now = call.emulator, call.emulator.clock()
    if fault.kind == "capacity":
        call.account.limits.exhausted_until = now + fault.seconds
        raise exhausted(call)
    if fault.kind == "expire_token" and fault.error_code == "INVALID_TOKEN":
        emulator.tokens.forget(call.account)
        raise ApiError("INVALID_TOKEN", "Not a valid authentication token")
    if fault.kind == "expire_token":
        emulator.tokens.expire(call.account, now)
        raise ApiError("TOKEN_EXPIRED", "The authentication token has expired")


def refuse(emulator: Emulator, account: str | None, function: str, error: ApiError) -> Answer:
    """Count a refusal, note why the client is to blame if it is, and answer in Responsys' shape."""
    emulator.ledger.count(account, function, error.code)
    if error.violation:
        emulator.ledger.violation(emulator.clock(), account, function, error.violation)
    return Answer(error.status, encode(error.body), retry_after=error.retry_after)
