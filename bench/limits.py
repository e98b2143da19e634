"""How much of a limit is used, and what a limit that changes or is shared does to whom.

A minute lasts some seconds here, for the emulator and for the workers; once it lasts 60.
"""

import time
from collections.abc import Callable, Sequence
from itertools import pairwise

from bench import changes, neighbours
from bench.environment import Environment, open_environment
from bench.finding import Finding
from bench.limited_accounts import EVENTS, MAILS, ROWS, LimitedAccount, open_limited_account
from bench.size import Size

WINDOWS = 2  # measured from the first call on
MINUTE = 60.0
PER_MINUTE = 400
FULL_CALLS = 200  # rows
THREADS = 8  # of a delivery worker, as in the Procfile
SLACK = 30.0  # seconds more than it should take


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Measure one worker, eight of them, a true minute, changes of a limit, and neighbours."""
    found = [each for workers in (1, 8) for each in shortened(size, workers, say)]
    if size.minutes:
        found += true_minutes(size.minutes, say)
    return [*found, *changes.measure(say), *neighbours.measure(size, say)]


def shortened(size: Size, workers: int, say: Callable[[str], None]) -> list[Finding]:
    """Drain backlogs in both kinds of window; in one of them also by shared and separate limits."""
    with open_environment(window=size.window) as environment:
        staff(environment, workers)
        fixed = drain(environment, size, workers, "fixed", say)
        return (
            fixed
            + drain(environment, size, workers, "sliding", say)
            + (side_by_side(environment, size, say) if workers > 1 else [])
        )


def staff(environment: Environment, workers: int) -> None:
    """Start one worker that accepts, and so many that deliver."""
    environment.work("accept", "activations", 2)
    environment.work("deliver", "deliveries", THREADS, workers)


def drain(
    environment: Environment, size: Size, workers: int, shape: str, say: Callable[[str], None]
) -> list[Finding]:
    """Let one backlog go out as fast as it may."""
    what = f"{workers} worker{'s' if workers > 1 else ''}, {shape} windows"
    say(what)
    environment.emulator.order("behaviour", {"window_shape": shape})
    limited_accounts = open_limited_account(environment, f"{shape}{workers}", limit=size.limit)
    run(limited_accounts, size.limit, size.window)
    return [used(what, limited_accounts, size.limit, size.window)]


def side_by_side(environment: Environment, size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Let two connectors share an account, and two functions of another not share."""
    say("two connectors on one account, two functions of another")
    one = open_limited_account(environment, "shared-a", limit=size.limit)
    two = open_limited_account(environment, "shared-b", limit=size.limit, account="shared-a")
    both = open_limited_account(
        environment, "functions", limit=size.limit, functions=(EVENTS, MAILS), in_flight=16
    )
    for limited_account in (*one, *two, *both):
        limited_account.fill(WINDOWS * size.limit + 5)
    for limited_account in (*one, *both):
        limited_account.wait_for(WINDOWS * size.limit + 1, WINDOWS * size.window + SLACK)
    parts = connector_parts(environment, size)
    note = f"{parts[0] // ROWS} and {parts[1] // ROWS} calls"
    share = Finding("of those, the connector that got less", 100 * min(parts) / sum(parts), "%", note)
    return [
        used("two connectors on one account", one, size.limit, size.window),
        share,
        *(
            used(f"two functions: {limited_account.function}", [limited_account], size.limit, size.window)
            for limited_account in both
        ),
    ]


def connector_parts(environment: Environment, size: Size) -> list[int]:
    """Count the rows that each of the two connectors has sent by now."""
    filled = (WINDOWS * size.limit + 5) * ROWS
    return [filled - environment.client.hlen(f"rows:{name}-0") for name in ("shared-a", "shared-b")]


def true_minutes(minutes: int, say: Callable[[str], None]) -> list[Finding]:
    """Drain a backlog of full calls by 400 per 60 seconds."""
    say(f"{minutes} true minutes")
    with open_environment(window=MINUTE) as environment:
        environment.emulator.order("behaviour", {"window_shape": "sliding"})
        staff(environment, 8)
        limited_accounts = open_limited_account(environment, "minute", limit=PER_MINUTE, per_call=FULL_CALLS)
        run(limited_accounts, PER_MINUTE, MINUTE, minutes)
        what = f"8 workers, {minutes} minutes of 60 s, {PER_MINUTE} calls of {FULL_CALLS} rows each"
        return [used(what, limited_accounts, PER_MINUTE, MINUTE, minutes)]


def run(
    limited_accounts: Sequence[LimitedAccount], limit: int, window: float, windows: int = WINDOWS
) -> None:
    """Fill the accounts' intake and wait until the windows that are measured have passed."""
    for limited_account in limited_accounts:
        limited_account.fill(windows * limit + 5)
        limited_account.wait_for(1, SLACK)
    time.sleep(max(0.0, limited_accounts[0].times()[0] + windows * window - time.time()))
    limited_accounts[0].wait_for(windows * limit + 1, SLACK + window)


def used(
    what: str, limited_accounts: Sequence[LimitedAccount], limit: int, window: float, windows: int = WINDOWS
) -> Finding:
    """Return the share of a limit that was used from the first call on."""
    limited_account = limited_accounts[0]
    times = limited_account.times()
    done = sum(moment < times[0] + windows * window for moment in times)
    longest = max(later - sooner for sooner, later in pairwise(times))
    emulator = limited_account.environment.emulator
    fullest = emulator.fullest(limited_account.account, limited_account.function)
    note = (
        f"{done} of {windows * limit} calls in {windows * window:g} s; "
        f"{emulator.rejected(limited_account.account)} rejected; fullest window {fullest}; "
        f"longest gap {longest:.2f} s"
    )
    return Finding(what, 100 * done / (windows * limit), "% of the limit", note)
