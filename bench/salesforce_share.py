"""Our share of an org's calls, in hours that last some seconds: how much of it is used, and what is above it.

Rows of another object leave by one call for each batch, so that calls are what is short.
"""

import time
from collections.abc import Callable
from typing import Any

from bench.crm import crm_record
from bench.emulator import wait_until
from bench.environment import CONNECTOR, Environment, open_environment
from bench.finding import Finding
from bench.limits import SLACK
from bench.salesforce import Org
from bench.size import Size
from pipeline.produce.producer import Producer

HOURS = 2  # measured from the first call on
HOUR = 60  # minutes
ROWS = 2  # of a call
SHARE, CEILING = 0.25, 0.8
DAY = 24  # hours
FIRST = 0.05  # of a full share may run ahead when a day begins


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Drain a backlog by the share; then let others use the org up to the ceiling."""
    share = 2 * size.limit  # calls of an hour
    with open_environment(window=2 * size.window / HOUR) as environment:
        org = Org.start(environment.processes)
        most = round(share * DAY / SHARE)
        org.order("behaviour", {"daily_maximum": most, "window": DAY * 2 * size.window})
        environment.apply(configuration(org.url))
        environment.work("accept", "activations", 1)
        environment.work("deliver", "deliveries", 8, count=2)
        say(f"{share} calls in {2 * size.window:g} s")
        fill(environment, ROWS * share * (HOURS + 2))
        found = [used(org, share, 2 * size.window)]
        say("others use the org up to the ceiling")
        return [*found, above(org, most, 2 * size.window)]


def configuration(host: str) -> dict[str, Any]:
    """Describe an org, and a destination with small batches."""
    connector = crm_record(host, share=SHARE, ceiling=CEILING, max_in_flight=8)
    destination = {
        "audience": "leads", "connector": CONNECTOR, "action": "salesforce_record", "objects": ["Account"],
        "key_field": "Key__c", "fields": {"name": "Name"}, "max_rows": ROWS, "max_age": 600,
    }  # fmt: skip
    return {"connectors": {CONNECTOR: connector}, "destinations": {"leads": destination}}


def fill(environment: Environment, rows: int) -> None:
    """Produce rows, each of an account of its own."""
    with Producer(environment.broker_url) as producer:
        producer.activate_many([
            {
                "audience": "leads", "profile_id": f"p{number}", "call_type": "ADD", "identifiers": {},
                "id": f"a-{number}", "variables": {"name": f"Company {number}"},
            }
            for number in range(rows)
        ])  # fmt: skip


def times(org: Org) -> list[float]:
    """Return when calls came in that the org counts."""
    return sorted(call["time"] for call in org.ask("ledger?limit=1000000000")["calls"])


def used(org: Org, share: int, hour: float) -> Finding:
    """Return the part of the share that was used from the first call on."""
    wait_until(lambda: times(org), SLACK, lambda: "no call")
    time.sleep(max(0.0, times(org)[0] + HOURS * hour - time.time()))
    wait_until(
        lambda: len(times(org)) > HOURS * share * 0.9, SLACK + hour, lambda: f"{len(times(org))} calls"
    )
    found = times(org)
    done = sum(moment < found[0] + HOURS * hour for moment in found)
    note = f"{done} of {HOURS * share} calls in {HOURS * hour:g} s; {org.ask('summary')['refused']} refused"
    return Finding("our share of the org", 100 * done / (HOURS * share), "%", note, "≥ 98, 0 refused")


def above(org: Org, most: int, hour: float) -> Finding:
    """Return the calls that we made beyond the ceiling."""
    own = org.ask("summary")["used"]
    room = 20  # calls that are left below the ceiling
    org.order("behaviour", {"used_by_others": round(CEILING * most) - own - room})
    time.sleep(2 * hour)
    beyond = org.ask("summary")["used"] - round(CEILING * most)
    refused = org.ask("summary")["refused"]
    note = f"{room} were left below it at first; {refused} refused"
    return Finding("calls of ours above the ceiling", float(max(0, beyond)), "calls", note, "0")
