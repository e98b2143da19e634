"""The fourth act: a person opts out in Responsys, Salesforce knows, and nothing more is sent there."""

import time

from pipeline.demo.clicks import IMPORT, numbers_of
from pipeline.demo.deals import ADDRESS, PERSON
from pipeline.demo.example import CONSENTS, OFFER_EVENT
from pipeline.demo.processes import DemoProcesses
from pipeline.demo.responsys import Responsys
from pipeline.demo.show import Show
from pipeline.produce.producer import Producer

OPTED_OUT = "OptedOut"  # code of the dead letter
OFFER = {"profile_id": "profile-0007", "call_type": "UPDATE", "identifiers": {"email": ADDRESS}}
EXPLAIN = ("consent", "explain", ADDRESS)


def play(show: Show, processes: DemoProcesses, responsys: Responsys) -> list[str]:
    """Let a person opt out, and send an offer nevertheless; return problems."""
    show.heading("That person opts out, and nothing more is sent")
    processes.apply("consents", CONSENTS)
    processes.run("sync", "--source", "opt-outs")  # the baseline
    show.note(f"{processes.event_files.write('OPT_OUT', [PERSON]):<40} 1 event")
    begin = time.monotonic()
    processes.run(*IMPORT)
    processes.wait_for("the box in Salesforce", lambda: processes.org.is_ticked(ADDRESS))
    took = time.monotonic() - begin
    show.ready(
        "opted out", f"in Responsys → the box of the contact in Salesforce is ticked after {took:.0f} s"
    )
    with Producer(processes.stores.broker_url) as producer:
        producer.activate_many([OFFER], audience="offer")
    rejected = processes.wait_for("the dead letter", lambda: numbers_of(processes, OFFER_EVENT).rejected)
    show.ready("an offer", f"→ event OFFER, with `honour`: {', '.join(rejected)}, not sent")
    show.command(EXPLAIN, processes.run(*EXPLAIN))
    problems = list(sums_that_differ(responsys, dict(rejected), processes.org.violations()))
    show.problems(problems)
    return problems


def sums_that_differ(responsys: Responsys, rejected: dict[str, int], violations: int) -> list[str]:
    """Return a problem if the offer was sent or not counted, and one for forbidden requests."""
    problems = [] if rejected == {OPTED_OUT: 1} else [f"one offer should be {OPTED_OUT}: {rejected}"]
    if taken := responsys.recipients("OFFER"):
        problems.append(f"event OFFER: nobody should have it, and {len(taken)} do")
    return problems + ([f"requests that nobody should make: {violations}"] if violations else [])
