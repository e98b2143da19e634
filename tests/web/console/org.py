"""Records of an org, and what streams have read of its people, in an installation."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, delete, insert

from pipeline.records import mirror
from pipeline.records.record_check import check_record
from pipeline.runtime.stores import Stores
from pipeline.stores.consent_tables import (
    consent_bursts,
    consent_statements,
    consent_states,
    consent_tells,
)
from pipeline.stores.people_tables import conflicts, handles, person_records
from pipeline.stores.stream_tables import entries, outgoing, records, streams
from tests.consents.conftest import Consents
from tests.people.records import NOW, record, take
from tests.web.test_metrics import FILES

WISHES = (consent_statements, consent_states, consent_tells, consent_bursts, outgoing)
ADA, LEAD, OTHER = "ada@example.com", "00Q000000000001EAA", "003000000000002AAA"
CONFIGURATION: dict[str, dict[str, Any]] = {
    "connectors": {
        "crm": {
            "kind": "salesforce",
            "host": "https://acme.my.salesforce.com",
            "client_id": "x",
            "client_secret": "y",
            "enabled": False,
        },
        "files": FILES | {"enabled": False},
    },
    "mappings": {"person": {"title": {"salesforce": "Title"}}},
    "sources": {
        "leads": {
            "kind": "salesforce",
            "connector": "crm",
            "object": "Lead",
            "mapping": "person",
            "every": 2,
            "enabled": False,
        },
        "members": {
            "kind": "responsys",
            "connector": "demo",
            "columns": {"TITLE": "title"},
            "enabled": False,
        },
    },
    "destinations": {
        "consent-list": {
            "audience": "consent-email",
            "connector": "demo",
            "action": "audience_export",
            "max_age": 1,
            "identifiers": {"riid": "RIID_", "email": "EMAIL_ADDRESS_"},
            "match_column_1": ["RIID_", "EMAIL_ADDRESS_"],
            "permission": "consent",
        }
    },
    "consents": {"email": {"channel": "email", "sources": ["leads"], "audience": "consent-email"}},
    "pairs": {"person": {"salesforce": ["leads"], "responsys": "members", "fields": {"title": "ask"}}},
    "rules": {"nurture": {"source": "leads", "on": "new", "audience": "lapsed-buyers"}},
    "imports": {"events": {"connector": "files", "enabled": False}},
}


@contextmanager
def org_of_people(stores: Stores) -> Iterator[None]:
    """Let there be an org and its people as long as the context lasts."""
    checked = {
        section: {name: check_record(section, name, one, None) for name, one in found.items()}
        for section, found in CONFIGURATION.items()
    }
    fill(stores.events)  # first, for workers run a source as soon as it is there
    stores.records.apply(checked)
    mirror.refresh(stores.redis, stores.records)
    try:
        yield
    finally:
        for section in (
            "consents",
            "pairs",
            "destinations",
            "rules",
            "sources",
            "mappings",
            "imports",
            "connectors",
        ):
            for name in CONFIGURATION[section]:
                stores.records.remove(section, name)
        mirror.refresh(stores.redis, stores.records)
        with stores.events.begin() as connection:
            for table in (*WISHES, entries, records, streams, conflicts, person_records, handles):
                connection.execute(delete(table))


def fill(events: Engine) -> None:
    """Read a lead, and a contact of another family at its address."""
    lead = record(LEAD, ADA, riid="7")
    take(events, lead, record(OTHER, ADA, "Byron"))
    Consents(events, now=time.time_ns() // 1_000_000 - 1_800_000).event("OPT_OUT", ADA)
    with events.begin() as connection:
        row = {"source": "leads", "record": LEAD, "person": lead.person, "stamp": 1_000}
        connection.execute(insert(records).values(**row, digest="d", body='[{"title": "Countess"}, {}]'))
        entry = {"rule": "nurture", "source": "leads", "record": LEAD, "person": lead.person, "key": "k"}
        verdict = {"state": "put_off", "check": 9, "evidence": {"hours": "closed"}, "until": NOW}
        connection.execute(insert(entries).values(**entry, **verdict, asked_at=NOW))
        state = {"source": "leads", "mark_stamp": 1_000, "finished_at": NOW, "full_at": NOW}
        connection.execute(delete(streams))  # a late run may have left its own
        connection.execute(insert(streams).values(**state, trouble="Held", numbers={"read": 2, "changed": 1}))
