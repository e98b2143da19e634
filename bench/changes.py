"""A limit is halved at the far side, and raised again: how many calls are rejected, how soon all is well."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bench.finding import Finding
from bench.house import House, open_house
from bench.outlets import EVENTS, Outlet, open_outlet

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
    with open_house(window=WINDOW) as house:
        house.emulator.order("behaviour", {"window_shape": "sliding"})
        house.work("accept", "activations", 2)
        house.work("deliver", "deliveries", 8, WORKERS)
        told = open_outlet(house, "told", limit=LIMIT, told=True)
        configured = open_outlet(house, "configured", limit=LIMIT)
        silence = {"kind": "error", "errorCode": "UNEXPECTED_EXCEPTION", "function": "retrieveRateLimits"}
        house.emulator.order("faults", [{**silence, "account": "silent"}])
        silent = open_outlet(house, "silent", limit=LIMIT)
        time.sleep(2)  # until the accounts have told
        outlets = [*told, *configured, *silent]
        for outlet in outlets:
            outlet.fill((BEFORE + HALVED + AFTER) * LIMIT)
            outlet.wait_for(1, 30)
        with watched(house, outlets) as seen:
            began = time.time()
            halved, raised, ended = change(house, outlets, began)
        names = {
            "told": "the account tells its limit",
            "configured": "it does, but another is configured",
            "silent": "it does not, and one is configured",
        }
        return [
            each
            for outlet in outlets
            for each in findings(
                names[outlet.account], outlet.times(), seen[outlet.account], halved, raised, ended
            )
        ]


def change(house: House, outlets: Sequence[Outlet], began: float) -> tuple[float, float, float]:
    """Halve the limits and raise them; return when that was, and when the watching ends."""
    halved, raised, ended = (began + windows * WINDOW for windows in (
        BEFORE, BEFORE + HALVED, BEFORE + HALVED + AFTER
    ))  # fmt: skip
    for moment, limit in ((halved, HALF), (raised, LIMIT)):
        time.sleep(max(0.0, moment - time.time()))
        for outlet in outlets:
            house.emulator.order("limits", {"account": outlet.account, "limits": {EVENTS: limit}})
    time.sleep(max(0.0, ended - time.time()))
    return halved, raised, ended


@contextmanager
def watched(house: House, outlets: Sequence[Outlet]) -> Iterator[dict[str, Samples]]:
    """Note several times a second how many calls were rejected so far."""
    seen: dict[str, Samples] = {outlet.account: [] for outlet in outlets}
    done = threading.Event()

    def look() -> None:
        while not done.wait(SAMPLE):
            for account, samples in seen.items():
                samples.append((time.time(), house.emulator.rejected(account)))

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
