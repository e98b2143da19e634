"""The third act: a lead of Salesforce enters a programme, is converted, and its deal enters the next one."""

import time

from pipeline.demo.example import CRM
from pipeline.demo.processes import DemoFailed, DemoProcesses
from pipeline.demo.responsys import Responsys
from pipeline.demo.show import Show

PERSON = 7  # of the emulated list
ADDRESS = f"demo-{PERSON}@example.com"
LEAD = {"FirstName": "Grace", "LastName": "Hopper", "Email": ADDRESS, "Company": "Navy", "LeadSource": "Web"}
EXPLAIN = ("people", "explain", ADDRESS)
LONGEST = 90  # seconds until an edit has led to an event; 5 of them are the distance from the org's clock


def play(show: Show, processes: DemoProcesses, responsys: Responsys) -> list[str]:
    """Edit an org as people do, and watch the events that follow; return problems."""
    show.heading("A lead of Salesforce enters a programme, and its deal the next one")
    org = processes.org
    show.ready("Salesforce emulator", org.url)
    processes.apply("crm", CRM.format(host=org.url))
    for source in ("leads", "stages"):
        processes.run("sync", "--source", source)  # the baseline: people that are there already do not enter
    lead = org.create("Lead", **LEAD)
    took = wait_for_event(processes, responsys, "leads", "NURTURE")
    show.ready(
        "lead saved", f"→ rule nurture → programme: Responsys has the event NURTURE after {took:.0f} s"
    )
    deal = org.convert(lead, "A deal")["ConvertedOpportunityId"]
    org.edit("Opportunity", deal, StageName="Demo Done")
    took = wait_for_event(processes, responsys, "stages", "AFTER_DEMO")
    show.ready("lead converted", f"and its deal's stage becomes Demo Done → AFTER_DEMO after {took:.0f} s")
    show.command(EXPLAIN, processes.run(*EXPLAIN))
    problems = list(sums_that_differ(responsys, org.violations()))
    show.problems(problems)
    return problems


def wait_for_event(processes: DemoProcesses, responsys: Responsys, source: str, event: str) -> float:
    """Run a source until Responsys has the event of the person; return the seconds that it took."""
    begin = time.monotonic()
    while PERSON not in responsys.recipients(event):
        processes.refuse_losses()
        if time.monotonic() - begin > LONGEST:
            raise DemoFailed(f"the event {event} did not come within {LONGEST} seconds")
        processes.run("sync", "--source", source)
    return time.monotonic() - begin


def sums_that_differ(responsys: Responsys, violations: int) -> list[str]:
    """Return a problem for each event that has not gone to the one person, and one for forbidden requests."""
    problems = [
        f"event {event}: one person should have it, and {len(found)} do"
        for event in ("NURTURE", "AFTER_DEMO")
        if (found := responsys.recipients(event)) != {PERSON}
    ]
    return problems + ([f"requests that nobody should make: {violations}"] if violations else [])
