"""Events: stored events through two rules, one rolled up by day and one a score, by an operator's command."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.configured import configured
from bench.finding import Finding
from bench.imports import step
from bench.operator_command import CommandCost, measured
from bench.size import Size

DAYS, EVENTS_PER_PERSON = 20, 200  # about a fifth of the events are the first of their person, type and day
SHARES = {"OPEN": 0.85, "CLICK": 0.15}
SOURCE = "engagement"
CONFIGURATION = """
[connectors.acme]
kind = "responsys"
username = "acme"
password = "secret"
auth_endpoint = "http://127.0.0.1:9"
profile_list = "CONTACTS"
[sources.engagement]
kind = "responsys_events"
connector = "acme"
[rules.log]
source = "engagement"
once = ["type", "campaign_id", "day"]
audience = "log"
[rules.hot]
source = "engagement"
score = { OPEN = 1, CLICK = 5 }
within = "30d"
reaches = 60
again_after = "30d"
audience = "hot"
"""


@dataclass(frozen=True)
class EventReading:
    """One run of the source: its costs, and the numbers of events read and activations sent."""

    cost: CommandCost
    read: int
    sent: int


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Land files after the first run of the source, run it, and run it again."""
    with configured("events", CONFIGURATION) as own:
        run(own.environment)
        say(f"land {size.records:,} events")
        write_files(own.folder, size.records)
        step("land", own.folder)  # in another process, whose memory would count as that of ours
        say("run")
        return findings(run(own.environment), run(own.environment), size.records)


def write_files(folder: Path, events: int) -> None:
    """Write a file for each type, with times before today, so that as many enter at any hour."""
    rng, people = random.Random(1), max(1, events // EVENTS_PER_PERSON)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for word, share in SHARES.items():
        path = folder / f"1234_{word}_20260101_000000.txt"
        with path.open("w") as file:
            file.write("RIID,EVENT_CAPTURED_DT,EMAIL,CAMPAIGN_ID,LAUNCH_ID,OFFER_URL,EVENT_UUID\n")
            for number in range(round(events * share)):
                person, day = rng.randrange(people), rng.randrange(DAYS)
                at = today - timedelta(days=day, seconds=rng.randrange(1, 40_000))
                url = f"https://a.example/{rng.randrange(20)}" if word == "CLICK" else ""
                cells = (person, f"{at:%d-%b-%Y %H:%M:%S}", f"p{person}@example.com", 1000 + day, 2000 + day)
                file.write(",".join(map(str, (*cells, url, f"{word}{number}"))) + "\n")


def run(environment: dict[str, str]) -> EventReading:
    """Run the source once."""
    cost = measured(environment, "sync", "--source", SOURCE, "--json")
    outcome = json.loads(cost.printed)
    return EventReading(cost, outcome["read"], outcome["sent"])


def findings(first: EventReading, again: EventReading, events: int) -> list[Finding]:
    """Return the rate and the memory."""
    assert (first.read, again.read, again.sent) == (events, 0, 0)
    rate = f"{events / first.cost.cpu:,.0f} per second of CPU"
    note = f"{first.sent:,} entered; {rate}, start of the process included"
    return [
        Finding("events through two rules", events / first.cost.seconds, "events/s", note, "≥ 10,000"),
        Finding("a run with nothing new", again.cost.seconds, "s", "start of the process included"),
        Finding("memory of a run", first.cost.memory, "MiB", "the most", "≤ 200"),
    ]
