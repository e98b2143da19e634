"""Carry out the run: files arrive under all storms, and every event is looked for."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.imports.arrivals import EVERY, PEOPLE, Arrivals, let_time_pass
from tests.chaos.imports.outcome import ImportsOutcome
from tests.chaos.imports.storms import ImportStorms
from tests.chaos.plan import Plan
from tests.chaos.run import start_workers
from tests.chaos.storms import Log
from tests.emulators.sftp.conftest import SftpEmulator, serving
from tests.processes.environment import Environment, open_environment
from tests.processes.import_installation import IMPORT, Installation
from tests.processes.import_totals import open_events, problems_of, written
from tests.processes.proxy import Proxy

READ_TIMEOUT = 5  # seconds
DRAIN = 600  # seconds until every file must have landed
ASK_SECONDS = 2.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class Systems:
    """All that runs."""

    environment: Environment
    proxy: Proxy  # before Redis
    files: SftpEmulator
    road: Proxy  # before the files' server
    installation: Installation


def run(plan: Plan, say: Say, keep: Path | None = None) -> ImportsOutcome:
    """Let files arrive while the storms of the plan rage, and account for each event."""
    began = time.monotonic()
    with opened(keep) as systems:
        start_workers(systems.environment, systems.proxy, plan)
        say(f"{len(systems.environment.workers)} workers are up")
        with closing(Arrivals(systems.files, systems.environment.client, plan.seed)) as arrivals:
            log = weather(systems, plan, arrivals, say)
        say("all has landed; counting")
        return judged(systems, plan, arrivals, log, began)


@contextmanager
def opened(keep: Path | None) -> Iterator[Systems]:
    """Open both systems and what is between them."""
    with ExitStack() as stack:
        place = nullcontext(str(keep)) if keep else tempfile.TemporaryDirectory(prefix="chaos-")
        folder = Path(stack.enter_context(place))
        environment = stack.enter_context(open_environment(folder, read_timeout=READ_TIMEOUT))
        proxy = stack.enter_context(closing(Proxy(environment.redis_port)))
        options = ("--files", "0", "--ready", ".ready", "--people", str(PEOPLE))
        files = stack.enter_context(serving(folder / "sftp", *options))
        road = stack.enter_context(closing(Proxy(files.port)))
        installation = Installation(folder, files, environment.env, port=road.port, every=EVERY)
        yield Systems(environment, proxy, files, road, installation)


def weather(systems: Systems, plan: Plan, arrivals: Arrivals, say: Say) -> Log:
    """Let files come under the storms, and wait until each has landed."""
    with closing(ImportStorms(systems.environment, systems.proxy, systems.files, systems.road)) as storms:
        arrivals.start()
        end = time.monotonic() + plan.seconds
        storms.rage(plan.storms, until=lambda: time.monotonic() > end, every=plan.every)
        arrivals.close()
        if arrivals.problem:
            raise arrivals.problem
        say(f"{arrivals.files} files have come; waiting for the last of them")
        deadline, asked = time.monotonic() + DRAIN, 0.0
        while time.monotonic() < deadline and not all_landed(systems):
            if time.monotonic() - asked > ASK_SECONDS:
                asked = time.monotonic()
                let_time_pass(systems.environment.client)
            storms.watch()
    return storms.log


def all_landed(systems: Systems) -> bool:
    """Tell whether each file, as it is at the server, has landed and is folded, and no run goes on."""
    with closing(open_events(systems.installation)) as events:
        rows = events.execute("SELECT path, size, mtime FROM event_files WHERE state = 'landed'")
        landed = set(rows.fetchall())
        issued, folded = events.execute("SELECT issued, folded FROM event_folds").fetchone()
    found = {
        (path.name, stat.st_size, int(stat.st_mtime))
        for path in systems.files.folder.glob("*.txt")
        if (stat := path.stat())
    }
    return found <= landed and issued == folded and not is_running(systems)


def is_running(systems: Systems) -> bool:
    """Tell whether a process has the import's turn."""
    [found] = systems.installation.read("imports", "list")["imports"]
    return str(found["state"]) == "running"


def judged(systems: Systems, plan: Plan, arrivals: Arrivals, log: Log, began: float) -> ImportsOutcome:
    """Put everything together; the workers have nothing to do meanwhile."""
    systems.environment.stop()
    expected, installation = written(systems.files), systems.installation
    files = installation.read("imports", "files", IMPORT)["files"]
    return ImportsOutcome(
        plan=plan,
        seconds=time.monotonic() - began,
        files=arrivals.files,
        repeated=arrivals.repeated,
        written=expected,
        differing=problems_of(installation, expected),
        failed=[file["reason"] for file in files if file["state"] == "failed"],
        spooled=sum(1 for path in installation.spool.rglob("*") if path.is_file()),
        log=log,
    )
