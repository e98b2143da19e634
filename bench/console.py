"""How long people and programs wait: pages, status, metrics, groups and traces; what outcomes cost."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from urllib.parse import urlencode

from sqlalchemy import Engine, insert

from bench import outcomes
from bench.environment import CONNECTOR, destination, open_environment
from bench.finding import Finding, number, percentile
from bench.hands import Hands, hands
from bench.rows import rows
from bench.size import Size
from bench.status import write_letters
from bench.web import KEY, Web, open_web
from pipeline.settle.outcomes import pack
from pipeline.settle.row_prints import prints_of
from pipeline.stores.outcome_tables import batches, statistics

LOOKS = 100  # at each page
DESTINATIONS = 100
MEASURED = 20  # destinations with statistics
NAMES = ("received", "sent", "removed", "coalesced", "calls", "batches", "rows", "rejected:Timeout")
BATCH = 200  # rows
AT_ONCE = 2_000  # batches stored in one transaction
PAGES = (
    ("/v1/status", "≤ 300"),
    ("/v1/dead-letters/groups", "≤ 600"),
    ("/v1/dead-letters", "≤ 300"),
    ("/metrics", "≤ 250"),
)
CONSOLE_PAGES = (("/", "≤ 300"), ("/dead-letters", "≤ 300"), ("/destinations", "≤ 300"))


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Fill both stores, look at the pages, and race with and without outcomes."""
    with open_environment() as environment:
        environment.configure({f"place-{n}": destination() for n in range(DESTINATIONS)})
        with hands(environment) as worker:
            say(f"{size.waiting:,} rows wait for {DESTINATIONS} destinations")
            fill_lanes(worker, size.waiting)
            say(f"{size.letters:,} open dead letters, a year of statistics, {size.traced:,} outcomes")
            write_letters(worker.runtime.engine, size.letters)
            write_statistics(worker.runtime.engine, size.days)
            write_outcomes(worker.runtime.engine, size.traced)
        say("pages")
        with open_web(environment, 1) as web:
            found = [*of_pages(web)]
    return [*found, *outcomes.measure(size, say)]


def fill_lanes(worker: Hands, amount: int) -> None:
    """Let rows wait; each is one of every destination."""
    source = rows(amount // DESTINATIONS)
    while chunk := list(islice(source, BATCH)):
        worker.producer.activate_many(chunk)
        worker.accept()


def write_statistics(engine: Engine, days: int) -> None:
    """Store the numbers of every hour of so many days."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for day in range(days):
        hours = [now - timedelta(days=day, hours=hour) for hour in range(24)]
        values = [
            {"hour": hour, "connector": CONNECTOR, "destination": f"place-{n}", "name": name, "value": 7}
            for hour in hours
            for n in range(MEASURED)
            for name in NAMES
        ]
        with engine.begin() as connection:
            connection.execute(insert(statistics), values)


def write_outcomes(engine: Engine, amount: int) -> None:
    """Store batches with the outcome of every row, over a month."""
    now, total = datetime.now(UTC), amount // BATCH
    for first in range(0, total, AT_ONCE):
        values = [batch_of(n, now) for n in range(first, min(total, first + AT_ONCE))]
        with engine.begin() as connection:
            connection.execute(insert(batches), values)


def batch_of(number: int, now: datetime) -> dict[str, object]:
    """Describe a settled batch."""
    finished_at = now - timedelta(seconds=number * 50 % 2_592_000)
    profiles = [f"customer-{(number * BATCH + n) * 7919 % 10_000_000:08}" for n in range(BATCH)]
    return {
        "id": f"{number:016x}", "destination": f"place-{number % DESTINATIONS}", "connector": CONNECTOR,
        "action": "custom_event", "attempt": 1, "rows": BATCH, "delivered": BATCH, "rejected": 0,
        "removed": 0, "returned": [], "outcome": "delivered", "finished_at": finished_at,
        "outcomes": pack(profiles, ["ADD"] * BATCH, {}), "prints": prints_of(profiles), "seconds": 0.4,
    }  # fmt: skip


def of_pages(web: Web) -> Iterator[Finding]:
    """Time what a program reads, what a person looks at, and a trace; no worker lives."""
    for path, aim in PAGES:
        yield looked_at(path, aim, lambda path=path: web.seconds(path))
    cookie = log_in(web)
    for path, aim in CONSOLE_PAGES:
        yield looked_at(path, aim, lambda path=path: web.seconds(path, {"Cookie": cookie}))
    yield looked_at("/v1/trace", "≤ 2000", lambda: traced(web), looks=5)


def looked_at(path: str, aim: str, look: Callable[[], float], looks: int = LOOKS) -> Finding:
    """Return what 99 % of all looks need at most."""
    look()
    times = [look() for _ in range(looks)]
    note = f"half of {looks}: {number(percentile(times, 0.5) * 1000)} ms"
    return Finding(f"{path}, 99 %", percentile(times, 0.99) * 1000, "ms", note, aim)


def log_in(web: Web) -> str:
    """Log in to the console; return the cookie of the session."""
    _, page, headers = web.send("GET", "/login")
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token, page[:500]
    form = urlencode({"csrf_token": token[1].decode(), "key": KEY}).encode()
    sent = {"Cookie": cookie_in(headers), "Content-Type": "application/x-www-form-urlencoded"}
    status, _, answered = web.send("POST", "/login", form, sent)
    assert status in (302, 303), status
    return cookie_in(answered)


def cookie_in(headers: object) -> str:
    """Return the cookie that an answer sets."""
    return str(dict(headers)["Set-Cookie"]).partition(";")[0]  # type: ignore[call-overload]


def traced(web: Web) -> float:
    """Return how long a trace of an unknown profile takes, which looks at every batch."""
    began = datetime.now(UTC)
    body = b'{"profile_id": "customer-unknown"}'
    status, content, _ = web.send("POST", "/v1/trace", body, {"Content-Type": "application/json"})
    assert status == 200, content
    return (datetime.now(UTC) - began).total_seconds()
