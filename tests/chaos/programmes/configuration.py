"""Configuration of the run: leads and stages of an org, each with a rule and a programme."""

from pathlib import Path
from typing import Any

from pipeline.records import configuration
from tests.chaos.accounts import MAX_AGE, misfortunes
from tests.chaos.programmes.org import ChaosOrg
from tests.processes.environment import Environment

ACCOUNT, LIST = "acme", "CONTACTS_LIST"
EVENTS = {"nurture": "NURTURE", "after-demo": "AFTER_DEMO"}  # by rule, audience and destination
SOURCES = ("leads", "stages")
LIMITS = {"triggerCustomEvent": 60, "mergeListMembers": 60}  # calls in each window
STAGE, NEXT_STAGE = "Demo Done", "Proposal"
CONFIGURATION = """
[connectors.acme]
kind = "responsys"
username = "acme"
password = "secret"
auth_endpoint = "{responsys}"
profile_list = "CONTACTS_LIST"
list_folder = "Main"
limits = {{ triggerCustomEvent = 60, mergeListMembers = 60 }}
max_in_flight = 8

[connectors.crm]
kind = "salesforce"
host = "{org}"
client_id = "3MVG9LOCAL"
client_secret = "local-secret"

[mappings.person]
first_name = {{ salesforce = "FirstName", length = 40, form = ["trim"] }}
email = {{ salesforce = "Email", type = "email" }}
[mappings.deal]
stage = {{ salesforce = "StageName" }}

[sources]
leads = {{ kind = "salesforce", connector = "crm", object = "Lead", mapping = "person", every = 1, overlap = 120 }}
stages = {{ kind = "salesforce", connector = "crm", object = "OpportunityHistory", of = "OpportunityId", who = "primary", mapping = "deal", every = 1, overlap = 120 }}

[rules]
nurture = {{ source = "leads", on = "new", when = {{ LeadSource = "Web" }}, audience = "nurture" }}
after-demo = {{ source = "stages", when = {{ StageName = {{ becomes = "Demo Done" }} }}, audience = "after-demo" }}
"""  # noqa: E501  a table in one line, as people write it
DESTINATION = """
[destinations.{name}]
audience = "{name}"
connector = "acme"
action = "program_entry"
event = "{event}"
identifiers = {{ riid = "RIID_", email = "EMAIL_ADDRESS_" }}
match_column_1 = ["RIID_", "EMAIL_ADDRESS_"]
insert_on_no_match = true
new_members = "optin"
max_age = {max_age}
"""


def set_up(environment: Environment, org: ChaosOrg) -> None:
    """Open the account, and apply the configuration as a person does."""
    environment.emulator.order("accounts", account())
    destinations = [
        DESTINATION.format(name=name, event=event, max_age=MAX_AGE) for name, event in EVENTS.items()
    ]
    file = Path(environment.folder / "activation.toml")
    text = CONFIGURATION.format(responsys=environment.emulator.url, org=org.url)
    file.write_text(text + "".join(destinations))
    environment.apply(configuration.read_configuration(str(file), {}, ()))


def make_trouble(environment: Environment, org: ChaosOrg, seed: int) -> None:
    """Let both far sides misbehave."""
    own = [rule for rule in misfortunes(seed) if rule["function"] in LIMITS]
    environment.emulator.order("faults", own)
    org.make_trouble(seed)


def account() -> dict[str, Any]:
    """Describe an account with a list that is empty."""
    return {
        "name": ACCOUNT,
        "users": {ACCOUNT: "secret"},
        "lists": [{"name": LIST, "folder": "Main"}],
        "events": list(EVENTS.values()),
        "limits": LIMITS,
    }
