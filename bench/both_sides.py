"""Pairs: people whose both sides are equal, compared by the command that an operator runs."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, insert

from bench.configured import configured
from bench.crm import crm_file
from bench.finding import Finding
from bench.operator_command import measured
from bench.size import Size
from pipeline.stores.people_tables import handles, person_records
from pipeline.stores.stream_tables import records

AT_ONCE = 10_000  # people
CONFIGURATION = """
[connectors.acme]
kind = "responsys"
username = "acme"
password = "secret"
auth_endpoint = "http://127.0.0.1:9"
profile_list = "CONTACTS"
[mappings.person]
title = { salesforce = "Title", length = 128, form = ["trim", "squeeze"], null = "blank" }
points = { salesforce = "Points__c", type = "number" }
[sources.contacts]
kind = "salesforce"
connector = "crm"
object = "Contact"
mapping = "person"
every = 60
[sources.members]
kind = "responsys"
connector = "acme"
columns = { TITLE = "title", POINTS = "points" }
every = 60
[pairs.person]
salesforce = ["contacts"]
responsys = "members"
fields = { title = "ask", points = "responsys" }
"""


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Store both sides of people as their sources have read them, and compare them."""
    with configured("pairs", crm_file("http://127.0.0.1:9") + CONFIGURATION) as own:
        say(f"{size.records:,} people of both sides")
        for first in range(0, size.records, AT_ONCE):
            store(own.stores.events, range(first, min(first + AT_ONCE, size.records)))
        say("comparing")
        return compared(own.environment, size.records)


def compared(environment: dict[str, str], people: int) -> list[Finding]:
    """Run the command, and return rate and memory."""
    cost = measured(environment, "pairs", "diff", "person")
    assert cost.printed.startswith(f"{people:,} people compared: 0 fields"), cost.printed
    cpu = f"{1e6 * cost.cpu / people:.0f} CPU ms per 1,000 people"
    note = f"nothing sent; {cpu}, start of the process included"
    return [
        Finding("both sides compared", people / cost.seconds, "people/s", note, "≥ 10,000"),
        Finding("memory of a comparison", cost.memory, "MiB", "the most", "≤ 150"),
    ]


def store(events: Engine, people: range) -> None:
    """Store the records of some people, with the handles by which they are known."""
    rows: dict[Any, list[dict[str, Any]]] = {handles: [], person_records: [], records: []}
    for number in people:
        person, name, riid = 2 * number + 1, f"003{number:012d}AAA", str(100_000_000 + number)
        own = {"id": person, "kind": "salesforce", "scope": "00D000000000001AAA", "value": name}
        member = {"id": person + 1, "kind": "riid", "scope": "1", "value": riid}
        rows[handles] += [{**one, "person": person} for one in (own, member)]
        rows[person_records].append({"handle": person, "rank": 0, "digest": 1, "active": 1})
        for source, record, points in (("contacts", name, f"{number}"), ("members", riid, f'"{number}"')):
            body = f'[{{"points":{points},"title":"Title {number}"}},{{}}]'
            read = {"source": source, "record": record, "person": person, "stamp": 1, "digest": "d"}
            rows[records].append({**read, "body": body})
    with events.begin() as connection:
        for table, some in rows.items():
            connection.execute(insert(table), some)
