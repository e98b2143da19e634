"""A run: storms over both sides while people opt out, and the account of every wish at its end."""

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from pathlib import Path

import redis
import requests
from sqlalchemy.exc import SQLAlchemyError

from tests.chaos.both_sides import configuration as texts
from tests.chaos.both_sides import judge
from tests.chaos.both_sides.actors import Actor, Clerk, Marketer, Recipients
from tests.chaos.both_sides.histories import save_histories
from tests.chaos.both_sides.outcome import WishesOutcome, letters_of, listed, tellings
from tests.chaos.both_sides.stewards import Sender, Steward
from tests.chaos.both_sides.systems import Systems, open_systems
from tests.chaos.both_sides.titles import titles_apart
from tests.chaos.plan import Storm, Weather, storms
from tests.chaos.storms import Storms

PEOPLE = 1_200
TAIL = 60  # seconds of a run that are kept for all to come to rest
REST = 300  # seconds within which it must
WEATHER = (
    Weather(("SIGKILL", "SIGKILL", "SIGTERM"), gap=(4, 12)),
    Weather(("Redis killed",), gap=(25, 60), lasts=(0, 6)),
    Weather(("SQL locked",), gap=(20, 40), lasts=(1, 8)),
    Weather(("half-open",), gap=(30, 60)),
    Weather(("web killed",), gap=(40, 80)),
)
AWAY = (redis.RedisError, SQLAlchemyError, requests.RequestException)


def run(seed: int, seconds: float, say: Callable[[str], None], keep: Path | None = None) -> WishesOutcome:
    """Let everybody act for ``seconds`` under storms, wait for rest, and judge."""
    began = time.monotonic()
    with (
        nullcontext(keep) if keep else tempfile.TemporaryDirectory(prefix="both-sides-") as folder,
        open_systems(Path(folder), PEOPLE, seed, say) as systems,
    ):
        for emulator in (systems.environment.emulator, systems.org):
            emulator.order("faults", [texts.SLOW, *trouble()])
        kinds = (Recipients, Clerk, Marketer, Sender, Sender, Steward)
        actors = [kind(systems, seed + number) for number, kind in enumerate(kinds)]
        raging = max(10.0, seconds - TAIL)
        log = rage(systems, actors, storms(seed, raging, *WEATHER), raging)
        say("all have acted; waiting for rest")
        rested = rest(systems, actors, log)
        if rested:
            say(f"histories of what differs: {save_histories(systems, rested)}")
        say("counting")
        outcome = judged(systems, actors, seed, log, rested)
        outcome.seconds = round(time.monotonic() - began)
        systems.environment.emulator.forgive()
        return outcome


def trouble() -> list[dict[str, object]]:
    """Return the faults of either far side."""
    return [{**rule, "probability": probability} for probability, rule in texts.TROUBLE]


def rage(systems: Systems, actors: Sequence[Actor], coming: Sequence[Storm], seconds: float) -> Storms:
    """Let storms come while everybody acts."""
    weather = Storms(systems.environment, systems.proxy, lambda: (), systems.webs)
    with closing(weather):
        for actor in actors:
            actor.start()
        end = time.monotonic() + seconds
        weather.rage(coming, until=lambda: time.monotonic() > end, every=False)
        for actor in actors:
            actor.end()
    return weather


def rest(systems: Systems, actors: Sequence[Actor], weather: Storms) -> list[str]:
    """Wait until both sides hold what is known here; return what differs if they do not in time."""
    recipients = next(one for one in actors if isinstance(one, Recipients))
    steward = next(one for one in actors if isinstance(one, Steward))
    for emulator in (systems.environment.emulator, systems.org):
        emulator.order("faults", [])
    recipients.act_once()
    recipients.write_files()
    deadline, calm, left = time.monotonic() + REST, 0, ["not looked yet"]
    while time.monotonic() < deadline and calm < 2:
        weather.watch()
        time.sleep(8)  # each source has run since
        try:
            steward.release()
            steward.settle(1.0)
            left = [*under_way(systems, recipients), *judge.parity(systems)]
            left += judge.differences(systems, judge.states(systems))
            left += titles_apart(systems)
        except AWAY as error:
            left = [type(error).__name__]
        calm = 0 if left else calm + 1
    return left


def under_way(systems: Systems, recipients: Recipients) -> list[str]:
    """Return what has not arrived yet."""
    amount = judge.waiting(systems)
    lost = judge.unheard(judge.statements(systems), recipients.written)
    return [*([f"{amount} under way"] if amount else []), *(f"not heard: {one}" for one in lost)]


def judged(
    systems: Systems, actors: Sequence[Actor], seed: int, weather: Storms, left: Sequence[str]
) -> WishesOutcome:
    """Put everything together."""
    said, found = judge.statements(systems), judge.states(systems)
    log = weather.log
    return WishesOutcome(
        seed=seed,
        acts={f"{type(one).__name__}: {what}": n for one in actors for what, n in sorted(one.done.items())},
        statements=len(said),
        out=sum(status == "out" for status in found.values()),
        sending=judge.sending(systems, said),
        became_in=judge.became_in(said, found),
        left=list(left),
        tellings=tellings(systems),
        listed=listed(systems),
        letters=letters_of(systems),
        storms={
            kind: sum(blow.kind == kind for blow in log.blows) for kind in sorted({b.kind for b in log.blows})
        },
        died=list(log.died),
        problems=[f"{type(one).__name__}: {one.problem!r}" for one in actors if one.problem],
        violations=sorted({*systems.environment.emulator.violations(), *systems.org.violations()}),
    )
