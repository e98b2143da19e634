"""Carry out a plan in an environment of its own."""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from tests.chaos.account import Fates, fates
from tests.chaos.accounts import READ_TIMEOUT, WINDOW, Way, open_accounts
from tests.chaos.causes import notes_of
from tests.chaos.outcome import Outcome
from tests.chaos.plan import Plan
from tests.chaos.posting import PostedStream
from tests.chaos.producing import EACH, Stream, marks_of
from tests.chaos.recovery import has_work, recoveries
from tests.chaos.storms import Log, Storms
from tests.chaos.web_processes import WebProcesses
from tests.processes.environment import Environment, open_environment
from tests.processes.limited_account import LimitedAccount, Mark, activation
from tests.processes.proxy import Proxy

DRAIN = 600  # seconds until everything must have met its fate
Say = Callable[[str], None]


def run(plan: Plan, say: Say, keep: Path | None = None) -> Outcome:
    """Send everything while the storms of the plan rage, and account for it when the last row is settled."""
    options = {"window": WINDOW, "read_timeout": READ_TIMEOUT, "seed": plan.seed}
    began = time.monotonic()
    with (
        nullcontext(keep) if keep else tempfile.TemporaryDirectory(prefix="chaos-") as folder,
        open_environment(Path(folder), **options) as environment,
        closing(Proxy(environment.redis_port)) as proxy,
    ):
        start_workers(environment, proxy, plan)
        ways = open_accounts(environment, plan.activations // EACH, trouble=plan.trouble, seed=plan.seed)
        say(f"{len(environment.workers)} workers are up")
        marks = marks_for(plan)
        with web_processes(environment, plan) as webs:
            log = weather(environment, proxy, plan, ways, marks, say, webs)
        say("settled; counting")
        notes = notes_of(environment.folder)
        found = [fates(way, marks[way.audience], notes) for way in ways]
        outcome = summed_up(environment, plan, log, found, time.monotonic() - began)
        environment.emulator.forgive()  # the outcome has them
        return outcome


def start_workers(environment: Environment, proxy: Proxy, plan: Plan) -> None:
    """Start the crew, the last of it behind the proxy."""
    behind = environment.broker_url.rpartition(":")[0] + f":{proxy.port}/0"
    environment.env["ACTIVATION_LOG_FORMAT"] = "json"
    direct = len(plan.crew) - plan.proxied
    environment.start(*plan.crew[:direct])
    environment.start(*plan.crew[direct:], ACTIVATION_BROKER_URL=behind)


def marks_for(plan: Plan) -> dict[str, list[Mark]]:
    """Draw what is produced for each audience."""
    return {name: marks_of(plan.activations // 2, plan.seed, name) for name in ("lapsed", "members")}


def weather(
    environment: Environment,
    proxy: Proxy,
    plan: Plan,
    ways: Sequence[Way],
    marks: dict[str, list[Mark]],
    say: Say,
    webs: WebProcesses | None,
) -> Log:
    """Produce under the storms, and wait for the last row."""
    streams = [
        stream_of(environment, webs, name, [activation(*mark) for mark in each], plan.seconds)
        for name, each in marks.items()
    ]
    limited_accounts = [way.limited_account for way in ways]
    storms = Storms(
        environment,
        proxy,
        lambda: [each.name for each in limited_accounts if has_work(environment.client, each)],
        webs,
    )
    with closing(storms):
        for stream in streams:
            stream.start()
        storms.rage(
            plan.storms, until=lambda: not any(stream.is_alive() for stream in streams), every=plan.every
        )
        for stream in streams:
            if stream.problem:
                raise stream.problem
        say("all is produced; waiting for the leases of the dead")
        deadline = time.monotonic() + DRAIN
        while time.monotonic() < deadline and not settled(environment, limited_accounts):
            storms.watch()
    storms.log.repeated_appends = sum(stream.repeated for stream in streams)
    return storms.log


@contextmanager
def web_processes(environment: Environment, plan: Plan) -> Iterator[WebProcesses | None]:
    """Start the web processes of a plan, if it has any."""
    if not plan.webs:
        yield None
        return
    with closing(WebProcesses(environment.folder, environment.env, plan.webs)) as webs:
        yield webs


def stream_of(
    environment: Environment,
    webs: WebProcesses | None,
    audience: str,
    rows: Sequence[Mapping[str, Any]],
    seconds: float,
) -> Stream:
    """Return what produces the activations of an audience."""
    if webs is not None:
        return PostedStream(webs, audience, rows, seconds)
    return Stream(environment.broker_url, audience, rows, seconds)


def settled(environment: Environment, limited_accounts: Sequence[LimitedAccount]) -> bool:
    """Tell whether every row has met its fate."""
    return environment.accepted() and not any(
        limited_account.waiting() for limited_account in limited_accounts
    )


def summed_up(
    environment: Environment, plan: Plan, log: Log, found: Sequence[Fates], seconds: float
) -> Outcome:
    """Put everything together."""
    times = {each.destination: each.times for each in found}
    return Outcome(
        plan=plan,
        seconds=round(seconds, 1),
        destinations=tuple(found),
        recoveries=recoveries(log.blows, times),
        left_after=tuple(round(took, 2) for took in log.left_after),
        died=tuple(log.died),
        not_started=tuple(log.not_started),
        repeated_appends=log.repeated_appends,
        violations=tuple(environment.emulator.violations()),
        faults=environment.emulator.struck(),
        blows=tuple(log.blows),
    )
