"""The same 20,000 profiles under the same kills: the pipeline, and what people build otherwise."""

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.chaos.contenders import CONTENDERS, Contender
from tests.chaos.plan import Storm, Weather, storms
from tests.chaos.storms import Storms
from tests.processes.environment import Environment, open_environment
from tests.processes.proxy import Proxy

KILLS, RESTARTS = 14, 9
SECONDS = 110  # to produce everything, in which all kills come
QUIET = 75  # seconds without a call after which nothing more is to be expected
MOST_CALLS = 1.05  # times the fewest possible


@dataclass(frozen=True)
class Score:
    """What became of the profiles; ``undecided`` are dead letters that a person may replay."""

    contender: str
    lost: int
    twice: int
    undecided: int
    calls: int
    violations: int  # calls that Responsys would refuse, such as one with a profile twice
    died: int  # workers that ended by themselves
    seconds: float


def drawn(seed: int) -> tuple[Storm, ...]:
    """Draw the kills that all contenders get."""
    workers = storms(seed, 10_000, Weather(("SIGKILL",), gap=(4, 9)))[:KILLS]
    redis = storms(seed + 1, 10_000, Weather(("Redis killed",), gap=(5, 12), lasts=(0, 2)))[:RESTARTS]
    return tuple(sorted((*workers, *redis), key=lambda storm: storm.at))


def compare(seed: int, profiles: int, console: Console, file: Path | None) -> int:
    """Let all contenders run; return 1 when the pipeline falls short."""
    scores = []
    for contender in CONTENDERS:
        console.print(f"[dim]{contender.name}", highlight=False)
        scores.append(run(contender, seed, profiles))
        console.print(f"[dim]  {scores[-1]}", highlight=False)
    console.print(table_of(scores, profiles, seed))
    if file:
        file.write_text(json.dumps({"seed": seed, "scores": [asdict(score) for score in scores]}, indent=2))
    ours = scores[0]
    most = -(-profiles // 200) * MOST_CALLS
    return int(bool(ours.lost or ours.twice or ours.died or ours.calls > most))


def run(contender: Contender, seed: int, profiles: int) -> Score:
    """Let one contender do the work while the kills come."""
    began = time.monotonic()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="yardstick-"))
        environment = stack.enter_context(open_environment(Path(folder)))
        proxy = Proxy(environment.redis_port)
        stack.callback(proxy.close)
        open_account(environment)
        contender.start(environment)
        raging = Storms(environment, proxy, list)
        stack.callback(raging.close)
        producing = contender.produce(environment, profiles, SECONDS)
        raging.rage(drawn(seed), until=producing)
        contender.finish(environment)
        is_settled = settled(environment, contender)
        while not is_settled():
            raging.watch()
        return score(contender, environment, profiles, len(raging.log.died), time.monotonic() - began)


def open_account(environment: Environment) -> None:
    """Open the account that all use; answers take a moment, so that kills hit calls."""
    environment.emulator.order("accounts", {
        "name": "acme", "users": {"api_user": "secret"}, "events": ["LAPSED"],
        "lists": [{"name": "CONTACTS_LIST", "folder": "Main", "any_recipient": True}],
        "limits": {"triggerCustomEvent": 1_000_000},
    })  # fmt: skip
    environment.emulator.fault("acme", "latency", seconds=0.1, jitter=0.3)


def settled(environment: Environment, contender: Contender) -> Callable[[], bool]:
    """Return what tells whether nothing more is to be expected."""
    last = [0, time.monotonic()]

    def quiet() -> bool:
        time.sleep(0.5)
        calls = environment.emulator.report("ledger", account="acme", limit=0)["total"]
        if calls != last[0]:
            last[:] = [calls, time.monotonic()]
        return contender.done(environment) or time.monotonic() - last[1] > QUIET

    return quiet


def score(contender: Contender, environment: Environment, profiles: int, died: int, seconds: float) -> Score:
    """Count what arrived."""
    calls = environment.emulator.calls("acme")
    arrived = Counter(row["optionalData"]["profileId"] for call in calls for row in call["rows"])
    refused = contender.refused(environment)
    made = sum(environment.emulator.outcomes("acme").values())
    violations = len(environment.emulator.forgive())
    names = {f"p-{n}" for n in range(profiles)}
    return Score(
        contender=contender.name,
        lost=len(names - arrived.keys() - refused),
        twice=sum(count > 1 for count in arrived.values()),
        undecided=len(refused),
        calls=made,
        violations=violations,
        died=died,
        seconds=round(seconds, 1),
    )


def table_of(scores: Sequence[Score], profiles: int, seed: int) -> Table:
    """Build the table that people read."""
    title = f"{profiles:,} profiles, {KILLS} workers and {RESTARTS} times Redis killed, seed {seed}"
    table = Table(title=title, title_justify="left")
    for name in ("", "lost", "sent twice", "undecided", "calls", "calls at fault", "died by themselves"):
        table.add_column(name, justify="right" if name else "left")
    for each in scores:
        numbers = (each.lost, each.twice, each.undecided, each.calls, each.violations, each.died)
        table.add_row(each.contender, *[f"{number:,}" for number in numbers])
    return table
