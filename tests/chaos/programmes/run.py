"""Carry out the run: as many leads as changed stages, under all storms."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path

from pipeline.settings import Settings
from pipeline.stores.database import open_database
from tests.chaos.accounts import READ_TIMEOUT, WINDOW
from tests.chaos.plan import EVERYTHING, Plan, storms
from tests.chaos.programmes import configuration
from tests.chaos.programmes.books import Books
from tests.chaos.programmes.edits import Edits, Nudges
from tests.chaos.programmes.org import ChaosOrg
from tests.chaos.programmes.outcome import ProgrammesOutcome
from tests.chaos.recovery import has_work
from tests.chaos.run import start_workers
from tests.chaos.storms import Log, Storms
from tests.processes.environment import Environment, Kind, open_environment, until
from tests.processes.proxy import Proxy

CREW: tuple[Kind, ...] = ("sync", "accept", "deliver", "deliver", "accept", "deliver", "sync")
PROXIED = 2  # of the crew
DRAIN = 900  # seconds until everything must have met its fate
BASELINE = 600  # seconds for the first readings
Say = Callable[[str], None]


def drawn(seed: int, people: int | None, seconds: float | None) -> Plan:
    """Draw the storms of so many seconds."""
    raging = seconds or 300.0
    found = storms(seed, raging, *EVERYTHING)
    return Plan("salesforce", seed, people or 20_000, raging, found, CREW, PROXIED, every=False)


def run(plan: Plan, say: Say, keep: Path | None = None) -> ProgrammesOutcome:
    """Let people work in the org while storms rage, and account for each lead and stage."""
    began = time.monotonic()
    with opened(plan, keep) as (environment, org, proxy, books):
        deals = org.open_deals(plan.activations)
        configuration.set_up(environment, org)
        start_workers(environment, proxy, plan)
        say(f"{len(environment.workers)} workers are up; the first readings")
        until(partial(books.are_read_first, plan.activations), BASELINE, "the first readings")
        say("all was read once; storms")
        if plan.trouble:
            configuration.make_trouble(environment, org, plan.seed)
        edits = Edits(org, deals, plan.seconds, plan.seed)
        log = weather(environment, proxy, plan, edits, books, say)
        say("settled; counting")
        found = books.outcome(plan, log, time.monotonic() - began)
        environment.emulator.forgive()  # the outcome has them
        return found


@contextmanager
def opened(plan: Plan, keep: Path | None) -> Iterator[tuple[Environment, ChaosOrg, Proxy, Books]]:
    """Open both systems, the stores, and what is nobody's process."""
    options = {"window": WINDOW, "read_timeout": READ_TIMEOUT, "seed": plan.seed}
    with ExitStack() as stack:
        place = nullcontext(str(keep)) if keep else tempfile.TemporaryDirectory(prefix="chaos-")
        environment = stack.enter_context(open_environment(Path(stack.enter_context(place)), **options))
        org = stack.enter_context(closing(ChaosOrg(environment.folder)))
        proxy = stack.enter_context(closing(Proxy(environment.redis_port)))
        events = open_database(Settings.load(environment.env).events_place, "ACTIVATION_EVENTS_URL")
        stack.callback(events.dispose)
        yield environment, org, proxy, Books(environment, org, events)


def weather(environment: Environment, proxy: Proxy, plan: Plan, edits: Edits, books: Books, say: Say) -> Log:
    """Edit under the storms, and wait for the last verdict."""
    accounts = books.accounts.values()
    busy = lambda: [each.name for each in accounts if has_work(environment.client, each)]  # noqa: E731
    with closing(Storms(environment, proxy, busy)) as storms, closing(Nudges(environment.client)) as nudges:
        edits.start()
        nudges.start()
        storms.rage(plan.storms, until=lambda: not edits.is_alive(), every=plan.every)
        if edits.problem:
            raise edits.problem
        say("all is edited; waiting for the leases of the dead")
        deadline = time.monotonic() + DRAIN
        while time.monotonic() < deadline and not books.are_closed(plan.activations):
            storms.watch()
    return storms.log
