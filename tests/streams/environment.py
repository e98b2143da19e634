"""An org of the emulator, an events store and a Redis, among which streams run."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from redis import Redis
from sqlalchemy import Engine, select

from pipeline.model.activation import Activation
from pipeline.model.mapped_variable import MappedVariable
from pipeline.model.mapping import RecordMapping
from pipeline.model.source import SalesforceSource
from pipeline.produce.appender import Appender
from pipeline.salesforce.client import SalesforceClient
from pipeline.salesforce.record_reader import SalesforceRecordReader
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import records
from pipeline.streams.stream_run import StreamOutcome, StreamRun
from pipeline.streams.stream_state import StreamState, read_state
from tests.emulators.salesforce.conftest import Salesforce
from tests.fixtures.intake import Bell, Entries

PERSON = RecordMapping(
    "person",
    {
        "first_name": MappedVariable("first_name", {"": "FirstName"}),
        "title": MappedVariable("title", {"": "Title"}),
    },
)
DEAL = RecordMapping(
    "deal",
    {"stage": MappedVariable("stage", {"": "StageName"})},
)
CONTACTS = SalesforceSource(
    name="contacts", every=2, audience="people", connector="crm", object="Contact", mapping="person"
)
LEADS = replace(CONTACTS, name="leads", object="Lead")
STAGES = replace(
    CONTACTS, name="stages", object="OpportunityHistory", mapping="deal", of="OpportunityId", who="primary"
)


class Streams:
    """Runs sources, and tells what came of it."""

    def __init__(self, redis: Redis, events: Engine, org: Salesforce, client: SalesforceClient) -> None:
        self.redis, self.events, self.org, self.client = redis, events, org, client
        self.entries = Entries(redis)
        self.calls: list[Any] = []  # that were sent

    def run(self, source: SalesforceSource = CONTACTS, **options: Any) -> StreamOutcome:
        """Run a source now."""
        return self.prepare(source, **options).run()

    def prepare(self, source: SalesforceSource = CONTACTS, **options: Any) -> StreamRun:
        """Prepare a run."""
        appender = Appender(self.redis, Bell(), sleep=lambda _: None)
        follower, optional = options.get("follower"), options.pop("optional", ())
        mapping = DEAL if source.mapping == "deal" else PERSON
        reader = SalesforceRecordReader(
            source, mapping, self.client, self.ask, follower.fields if follower else (), optional
        )
        return StreamRun(
            **{
                "engine": self.events,
                "source": source,
                "reader": reader,
                "appender": appender,
                "span": timedelta(days=7),
                **options,
            }
        )

    def ask(self, call: Any) -> Any:
        """Send a call and count it."""
        self.calls.append(call)
        return self.client.send(call)

    def taken(self) -> list[Activation]:
        """Take everything out of the intake."""
        found = self.entries()
        for key in self.redis.scan_iter("intake:*"):
            self.redis.delete(key)
        return found

    def sent(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Take everything out of the intake: ids in Salesforce, what happened, and the variables."""
        return sorted(
            (each.identifiers["salesforce_id"], each.call_type, each.variables) for each in self.taken()
        )

    def state(self, source: SalesforceSource = CONTACTS) -> StreamState:
        """Return the state of a source that ran."""
        found = read_state(self.events, source.name)
        assert found is not None
        return found

    def known(self, source: SalesforceSource = CONTACTS) -> dict[str, Any]:
        """Return the records that are known, by id."""
        with reading(self.events) as connection:
            chosen = select(records).where(records.c.source == source.name)
            return {row.record: row for row in connection.execute(chosen)}


@contextmanager
def ago(org: Salesforce, seconds: float) -> Iterator[None]:
    """Let the org's clock be behind for as long as the context lasts."""
    org.order("clock", {"ahead": -seconds})
    yield
    org.order("clock", {"ahead": 0})
