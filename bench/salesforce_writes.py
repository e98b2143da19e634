"""Salesforce: tasks and records written into an emulated org by two workers, after they were found."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import requests

from bench import baselines_env
from bench.crm import crm_record
from bench.emulator import wait_until
from bench.environment import CONNECTOR, Environment, open_environment
from bench.finding import Finding
from bench.salesforce import Org
from bench.size import Size
from pipeline.produce.producer import Producer
from pipeline.settle import statistics as stats

ROWS = 200  # of a batch
CALLS = 2  # of a batch: find, write
TIMEOUT = 1_800  # seconds
AT_ONCE = 10_000  # activations produced, records loaded
SINGLES = "bench.baselines.simple_salesforce_updates"
ACTIONS: dict[str, dict[str, Any]] = {
    "salesforce_task": {
        "subject": "{type}: {campaign_name}",
        "status": "Completed",
        "key_field": "Responsys_Event_Key__c",
    },
    "salesforce_record": {"fields": {"campaign_name": "Title"}},
}


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Write a task for each contact, then a field of each contact."""
    found: list[Finding] = []
    with open_environment() as environment:
        org = Org.start(environment.processes)
        say(f"{size.writes:,} contacts")
        ids = [record for first in range(0, size.writes, AT_ONCE) for record in load(org, first, size.writes)]
        environment.apply(configuration(org.url))
        environment.work("accept", "activations", 1)
        environment.work("worker", "deliveries", 2, count=2)
        for action in ACTIONS:
            say(action)
            found += written(environment, org, action, ids)
        say("simple-salesforce")
        found += compared(environment, org, found[-2:], ids[: size.singles])
    return found


def load(org: Org, first: int, total: int) -> list[str]:
    """Load some contacts, and return their ids."""
    numbers = range(first, min(first + AT_ONCE, total))
    records = [{"LastName": f"P{number}", "Email": f"p{number}@example.com"} for number in numbers]
    body = {"object": "Contact", "records": records}
    answer = requests.post(f"{org.url}/_control/load", json=body, timeout=600)
    answer.raise_for_status()
    ids: list[str] = answer.json()["ids"]
    return ids


def configuration(host: str) -> dict[str, Any]:
    """Describe the org, of which all calls are ours, and a destination of each action."""
    connector = crm_record(host, share=1.0, ceiling=1.0)
    destinations = {
        action: {"audience": action, "connector": CONNECTOR, "action": action, **options}
        for action, options in ACTIONS.items()
    }
    return {"connectors": {CONNECTOR: connector}, "destinations": destinations}


def written(environment: Environment, org: Org, action: str, ids: list[str]) -> Iterator[Finding]:
    """Let rows wait in their lane, then have them delivered."""
    environment.pause()
    with Producer(environment.broker_url) as producer:
        for first in range(0, len(ids), AT_ONCE):
            producer.activate_many([activation(action, record) for record in ids[first : first + AT_ONCE]])
    wait_until(lambda: environment.in_intake() == 0, TIMEOUT, lambda: "the intake is not empty")
    before, calls, began = environment.processes.cpu(), composites(org), time.monotonic()
    environment.resume()
    where = stats.Where(CONNECTOR, action)

    def sent() -> int:
        return stats.read_statistics(environment.client, environment.records.engine)[where].get("sent", 0)

    wait_until(lambda: sent() == len(ids), TIMEOUT, lambda: f"{sent():,} of {len(ids):,} rows")
    seconds, after = time.monotonic() - began, environment.processes.cpu()
    cpu = {name: 1e6 * (after[name] - before[name]) / len(ids) for name in before if name in after}
    least = CALLS * -(-len(ids) // ROWS)
    made = composites(org) - calls
    note = ", ".join(f"{name} {cost:.1f}" for name, cost in cpu.items() if cost >= 1)
    what = f"rows of {action}"
    yield Finding(what, len(ids) / seconds, "rows/s", f"CPU ms per 1,000 rows: {note}", "≥ 4,000", cpu)
    yield Finding(
        f"{what}: calls", made / least, "of the fewest", f"{made:,} for {len(ids):,} rows", "≤ 1.01"
    )


def compared(environment: Environment, org: Org, ours: list[Finding], ids: list[str]) -> Iterator[Finding]:
    """Write into the same contacts by one call for each; ``ours``: our rate, and our calls."""
    try:
        python = baselines_env.prepare(baselines_env.SALESFORCE, ("requests",))
    except baselines_env.Unavailable as error:
        yield Finding("simple-salesforce", 0.0, "rows/s", str(error))
        return
    file = environment.processes.folder / "ids"
    file.write_text("\n".join(ids))
    before = org.calls_of("update")
    process = environment.processes.start("client", [python, "-m", SINGLES, org.url, str(file)])
    seconds = json.loads(process.communicate(timeout=TIMEOUT)[0])["seconds"]
    rate, calls = len(ids) / seconds, org.calls_of("update") - before
    rate_of_ours, calls_of_ours = ours[0].value, CALLS * ours[1].value / ROWS
    yield Finding("simple-salesforce", rate, "rows/s", f"{calls:,} calls for {len(ids):,} rows")
    yield Finding("ours beside it", rate_of_ours / rate, "times as fast", "", "≥ 10")
    yield Finding("its calls beside ours", calls / len(ids) / calls_of_ours, "times", "", "≥ 50")


def activation(action: str, record: str) -> dict[str, Any]:
    """Describe the row of one contact."""
    variables = {"type": "CLICK", "campaign_name": "Spring"}
    named = {"audience": action, "profile_id": record, "call_type": "ADD"}
    return {**named, "identifiers": {"salesforce_id": record}, "variables": variables}


def composites(org: Org) -> int:
    """Return the calls that found or wrote, so far."""
    told = requests.get(f"{org.url}/_control/summary", timeout=60).json()
    return sum(line["calls"] for line in told["calls"] if line["function"] == "composite")
