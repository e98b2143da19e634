"""A limit is halved at the far side, and raised again: how many calls are rejected, how soon all is well."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bench.environment import Environment, open_environment
from bench.finding import Finding
from bench.limited_accounts import EVENTS, LimitedAccount, open_limited_account

WINDOW = 6.0  # seconds
LIMIT = 100  # calls in that time
HALF = LIMIT // 2
BEFORE, HALVED, AFTER = 2, 8, 14  # windows
SAMPLE = 0.1  # seconds
WORKERS = 4
GOOD = 0.98  # of the limit

Samples = list[tuple[float, int]]  # when, and how many calls were rejected by then


def measure(say: Callable[[str], None]) -> list[Finding]:
    """Change the limits of three accounts: one tells its own, one also has one configured, one is silent."""
    say("a limit is halved and raised again")
    with open_environment(window=WINDOW) as environment:
        environment.emulator.order("behaviour", {"window_shape": "sliding"})
        environment.work("accept", "activations", 2)
        environment.work("deliver", "deliveries", 8, WORKERS)
        told = open_limited_account(environment, "told", limit=LIMIT, told=True)
        configured = open_limited_account(environment, "configured", limit=LIMIT)
        silence = {"kind": "error", "errorCode": "UNEXPECTED_EXCEPTION", "function": "retrieveRateLimits"}
        environment.emulator.order("faults", [{**silence, "account": "silent"}])
        silent = open_limited_account(environment, "silent", limit=LIMIT)
        time.sleep(2)  # until the accounts have told
        limited_accounts = [*told, *configured, *silent]
        for limited_account in limited_accounts:
            limited_account.fill((BEFORE + HALVED + AFTER) * LIMIT)
            limited_account.wait_for(1, 30)
        with watched(environment, limited_accounts) as seen:
            began = time.time()
            halved, raised, ended = change(environment, limited_accounts, began)
        names = {
            "told": "the account tells its limit",
            "configured": "it does, but another is configured",
            "silent": "it does not, and one is configured",
        }
        return [
            each
            for limited_account in limited_accounts
            for each in findings(
                names[limited_account.account],
                limited_account.times(),
                seen[limited_account.account],
                halved,
                raised,
                ended,
            )
        ]


def change(
    environment: Environment, limited_accounts: Sequence[LimitedAccount], began: float
) -> tuple[float, float, float]:
    """Halve the limits and raise them; return when that was, and when the watching ends."""
    halved, raised, ended = (began + windows * WINDOW for windows in (
        BEFORE, BEFORE + HALVED, BEFORE + HALVED + AFTER
    ))  # fmt: skip
    for moment, limit in ((halved, HALF), (raised, LIMIT)):
        time.sleep(max(0.0, moment - time.time()))
        for limited_account in limited_accounts:
            environment.emulator.order(
                "limits", {"account": limited_account.account, "limits": {EVENTS: limit}}
            )
    time.sleep(max(0.0, ended - time.time()))
    return halved, raised, ended


@contextmanager
def watched(
    environment: Environment, limited_accounts: Sequence[LimitedAccount]
) -> Iterator[dict[str, Samples]]:
    """Note several times a second how many calls were rejected so far."""
    seen: dict[str, Samples] = {limited_account.account: [] for limited_account in limited_accounts}
    done = threading.Event()

    def look() -> None:
        while not done.wait(SAMPLE):
            for account, samples in seen.items():
                samples.append((time.time(), environment.emulator.rejected(account)))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def findings(
    what: str, times: Sequence[float], seen: Samples, halved: float, raised: float, ended: float
) -> list[Finding]:
    """Tell of rejections and rates, window by window, and how long the way back took."""
    during = [counted(times, halved + n * WINDOW) for n in range(HALVED)]
    rejected = [rejections(seen, halved + n * WINDOW) for n in range(HALVED)]
    after = [counted(times, raised + n * WINDOW) for n in range(AFTER)]
    back = regained(times, raised, ended)
    return [
        Finding(f"{what}: before", 100 * counted(times, halved - WINDOW) / LIMIT, "% of the limit"),
        Finding(f"{what}: halved, rejections", sum(rejected), "calls", f"by window: {listed(rejected)}"),
        Finding(
            f"{what}: halved, rate from the third window on",
            100 * sum(during[2:]) / (len(during[2:]) * HALF),
            "% of the limit",
            f"calls by window: {listed(during)} of {HALF}",
        ),
        Finding(
            f"{what}: raised, until 98 %", back, "windows", f"calls by window: {listed(after)} of {LIMIT}"
        ),
        Finding(f"{what}: raised, rejections", rejections(seen, raised, ended - raised), "calls"),
    ]


def counted(times: Sequence[float], start: float) -> int:
    """Count the calls of one window."""
    return sum(start <= moment < start + WINDOW for moment in times)


def rejections(seen: Samples, start: float, length: float = WINDOW) -> int:
    """Count the calls that were rejected within some time."""
    known = [0, *(count for moment, count in seen if moment < start)]
    later = [0, *(count for moment, count in seen if moment < start + length)]
    return later[-1] - known[-1]


def regained(times: Sequence[float], raised: float, ended: float) -> float:
    """Return after how many windows the first one began that used the limit again."""
    steps = int((ended - raised - WINDOW) / SAMPLE)
    moments = (raised + n * SAMPLE for n in range(steps))
    found = next((each for each in moments if counted(times, each) >= GOOD * LIMIT), ended)
    return (found - raised) / WINDOW


def listed(numbers: Sequence[int]) -> str:
    """Join numbers."""
    return ", ".join(map(str, numbers))
