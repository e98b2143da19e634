"""Wishes: how long opting out takes to the other side, while rows wait and both sides are throttled.

From a file: from its landing to the answer of Salesforce. From a box: from the statement to the answer of
Responsys.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from bench.finding import Finding, percentile
from bench.size import Size
from pipeline import Producer
from pipeline.stores import nudges
from pipeline.stores.consent_tables import consent_statements, consent_tells
from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_files
from tests.chaos.both_sides.actors import row_of
from tests.chaos.both_sides.systems import Pace, Systems, open_systems
from tests.processes.environment import until

PEOPLE = 6_000  # on both sides; a fiftieth of them would be a burst
FILES, AT_ONCE = 20, 5  # files, and people in each; boxes are as many
BETWEEN = 3.0  # seconds between two of them
PATIENCE = 900  # seconds until all are told
PACE = Pace(every=60, window=60, behind_proxy=False)  # sources run by nudges alone, and minutes are real


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Let people opt out on both sides of a set-up in which much waits."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-wishes-") as folder,
        open_systems(Path(folder), PEOPLE, 1, say, PACE) as systems,
    ):
        systems.org.order("behaviour", {"daily_maximum": 100_000})
        say(f"{size.waiting:,} rows wait, half of them for each side")
        fill(systems, size.waiting)
        say("files")
        files = list(from_files(systems))
        say("boxes")
        boxes = list(from_boxes(systems))
        left = waiting(systems)
    note = f"{left:,} rows still waited at the end"
    return [*findings("file → Salesforce", files, note), *findings("box → Responsys", boxes, note)]


def fill(systems: Systems, amount: int) -> None:
    """Let rows wait for the list of Responsys, and for records of Salesforce."""
    with Producer(broker_url=systems.environment.broker_url) as producer:
        for audience in ("people", "members"):
            producer.activate_many((row(number) for number in range(amount // 2)), audience=audience)
    until(systems.environment.accepted, within=PATIENCE, what="acceptance")


def row(number: int) -> dict[str, Any]:
    """Return an activation of a member, a stranger beyond the people of both sides."""
    return {
        "profile_id": f"b{number}", "call_type": "UPDATE", "variables": {"title": f"Title {number}"},
        "identifiers": {"email": f"demo-{number}@example.com"},
    }  # fmt: skip


def from_files(systems: Systems) -> Iterator[float]:
    """Give the seconds from the landing of each opting out to the answer of Salesforce."""
    for number in range(FILES):
        rows = [row_of(number * AT_ONCE + one, time.time()) for one in range(AT_ONCE)]
        systems.files.order("rows", feed="OPT_OUT", rows=rows, stamp=datetime.now(UTC).isoformat())
        systems.run_import()
        time.sleep(BETWEEN)
    told = until(lambda: settled(systems, "consent-records", "event"), PATIENCE, "the answers of Salesforce")
    with reading(systems.stores.events) as connection:
        query = select(event_files.c.path, event_files.c.landed_at)
        landed = {path: at.timestamp() for path, at in connection.execute(query)}
    yield from (one.settled_at / 1000 - landed[one.evidence["file"]] for one in told)


def from_boxes(systems: Systems) -> Iterator[float]:
    """Give the seconds from each statement of a box to the answer of Responsys."""
    for number in range(FILES):
        first = 1_000 + number * AT_ONCE * 2
        chosen = {systems.address_of(one) for one in range(first, first + AT_ONCE * 2)}
        for table, record in systems.found(chosen)[:AT_ONCE]:
            systems.org.edit(table, record, HasOptedOutOfEmail=True)
        nudges.leave(systems.environment.client, ["contacts", "leads"])
        time.sleep(BETWEEN)
    told = until(lambda: settled(systems, "consent-list", "box"), PATIENCE, "the answers of Responsys")
    yield from ((one.settled_at - one.noted_at) / 1000 for one in told)


def settled(systems: Systems, destination: str, kind: str) -> list[Row[Any]]:
    """Return what a destination was told of one kind, [] while anything of it waits."""
    said, told = consent_statements.c, consent_tells.c
    query = select(said.evidence, said.noted_at, told.settled_at, told.waits).join(
        consent_tells, said.id == told.statement
    )
    with reading(systems.stores.events) as connection:
        rows = connection.execute(query.where(told.destination == destination, said.kind == kind)).all()
    return [] if len(rows) < FILES * AT_ONCE or any(one.waits for one in rows) else list(rows)


def waiting(systems: Systems) -> int:
    """Count the rows that wait."""
    names = ("people-list", "members-back")
    return sum(int(systems.environment.client.hlen(f"rows:{name}")) for name in names)


def findings(what: str, seconds: list[float], note: str) -> list[Finding]:
    """Return the percentiles of one direction."""
    amount = f"{len(seconds)} opt-outs, longest {max(seconds):.1f} s; {note}"
    return [
        Finding(f"{what}, p50", percentile(seconds, 0.5), "s", amount),
        Finding(f"{what}, p99", percentile(seconds, 0.99), "s", "", "≤ 5"),
    ]
