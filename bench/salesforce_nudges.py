"""Nudges: from the moment a user saves a lead until Responsys has accepted the event of its programme."""

import json
import os
import random
import time
from collections.abc import Callable
from pathlib import Path

from bench.crm import crm_file
from bench.emulator import wait_until
from bench.environment import Environment, open_environment
from bench.finding import Finding, percentile
from bench.operator_command import activation
from bench.salesforce import Org
from bench.size import Size
from bench.web import open_web
from pipeline.records import configuration as files

ACCOUNT, EVENT = "crm-bench", "NURTURE"
SPREAD = 0.25  # seconds between two leads, on average
PATIENCE = 120  # seconds until the last event
LEAD = {"FirstName": "Bob", "Company": "Acme", "LeadSource": "Web"}
CONFIGURATION = """
[connectors.bench]
kind = "responsys"
username = "crm-bench"
password = "secret"
auth_endpoint = "{responsys}"
profile_list = "CONTACTS_LIST"
[mappings.person]
first_name = {{ salesforce = "FirstName", length = 40, form = ["trim"] }}
email = {{ salesforce = "Email", type = "email" }}
[sources.leads]
kind = "salesforce"
connector = "crm"
object = "Lead"
mapping = "person"
every = 60
[rules.nurture]
source = "leads"
on = "new"
when = {{ LeadSource = "Web" }}
audience = "nurture"
[destinations.nurture]
audience = "nurture"
connector = "bench"
action = "program_entry"
event = "NURTURE"
identifiers = {{ riid = "RIID_", email = "EMAIL_ADDRESS_" }}
match_column_1 = ["RIID_", "EMAIL_ADDRESS_"]
insert_on_no_match = true
new_members = "optin"
max_age = 1
"""


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Save leads one after the other at random times."""
    with open_environment() as environment:
        org = Org.start(environment.processes)
        set_up(environment, org)
        environment.work("accept", "activations", 1)
        environment.work("deliver", "deliveries", 4)
        environment.work("sync", "sync", 2)
        with open_web(environment, 1) as web:
            listen(environment, org, web.address)
            say(f"{size.leads} leads")
            saved = save(org, size.leads)
            wait_until(lambda: len(entered(environment)) == size.leads, PATIENCE, lambda: state(environment))
            arrived = entered(environment)
    seconds = [arrived[address] - saved[address] for address in saved]
    note = f"{len(seconds)} leads, longest {max(seconds):.1f} s"
    return [
        Finding("lead → event, p50", percentile(seconds, 0.5), "s", note),
        Finding("lead → event, p99", percentile(seconds, 0.99), "s", "", "≤ 12"),
    ]


def set_up(environment: Environment, org: Org) -> None:
    """Open an account with a list of nobody, apply the configuration, and read the org for the first time."""
    environment.emulator.order("behaviour", {"keep_bodies": True})
    environment.emulator.order("accounts", {
        "name": ACCOUNT, "users": {ACCOUNT: "secret"}, "events": [EVENT],
        "lists": [{"name": "CONTACTS_LIST"}],
        "limits": dict.fromkeys(("triggerCustomEvent", "mergeListMembers"), 100_000),
    })  # fmt: skip
    file = Path(environment.processes.folder / "activation.toml")
    file.write_text(crm_file(org.url) + CONFIGURATION.format(responsys=environment.emulator.url))
    environment.apply(files.read_configuration(str(file), {}, ()))
    command(environment, "sync", "--source", "leads")


def command(environment: Environment, *words: str) -> str:
    """Run a command of an operator; return what it printed."""
    return activation({"PATH": os.environ["PATH"], **environment.env}, *words)


def listen(environment: Environment, org: Org, address: str) -> None:
    """Let the org send its outbound messages to the web process."""
    url = json.loads(command(environment, "keys", "hook", "crm", "--json"))["url"]
    path = url[url.index("/v1/") :]
    message = {"url": f"http://{address}{path}", "object": "Lead", "fields": ["Id"]}
    org.order("settings", {"outbound_messages": [message]})


def save(org: Org, leads: int) -> dict[str, float]:
    """Save leads; return when each was saved, by address."""
    saved = {}
    for number in range(leads):
        time.sleep(random.uniform(0, 2 * SPREAD))
        address = f"lead{number}@example.com"
        saved[address] = time.time()
        org.order(
            "edit", {"object": "Lead", "fields": {**LEAD, "LastName": f"Ray{number}", "Email": address}}
        )
    return saved


def entered(environment: Environment) -> dict[str, float]:
    """Return when the event of each member was accepted, by address."""
    asked = f"members?account={ACCOUNT}&list=CONTACTS_LIST&limit=1000000&fs=RIID_,EMAIL_ADDRESS_"
    members = environment.emulator.ask(asked)["members"]
    addresses = {int(member["RIID_"]): member["EMAIL_ADDRESS_"] for member in members}
    calls = environment.emulator.ask(f"ledger?limit=1000000000&detail=1&account={ACCOUNT}")["calls"]
    return {
        addresses[int(row["recipientId"])]: call["time"]
        for call in calls
        if call["function"] == "triggerCustomEvent"
        for row in call["rows"]
        if not row["errorMessage"]
    }


def state(environment: Environment) -> str:
    """Say how far it is."""
    return f"{len(entered(environment))} events"
