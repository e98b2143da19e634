"""Worker: the parts of one process that accepts and delivers, put together once from the settings."""

import atexit
import threading
from contextlib import ExitStack
from functools import cache, cached_property, partial

from sqlalchemy import Engine

from pipeline.accept.acceptance import Acceptance
from pipeline.accept.intake import Intake
from pipeline.accept.strays import Strays
from pipeline.alerts.watch import Watch
from pipeline.deliver import call_seconds
from pipeline.deliver.delivery import Delivery
from pipeline.deliver.effects import Effects
from pipeline.deliver.halts import Halts
from pipeline.deliver.polling import Polling
from pipeline.deliver.set_ups import SetUps
from pipeline.errors import Misconfigured
from pipeline.lanes.dispatch import Dispatch
from pipeline.lanes.lanes import Lanes
from pipeline.model.connector import Connector
from pipeline.produce.appender import Appender
from pipeline.records.current import CurrentCatalog
from pipeline.records.records import Records
from pipeline.runtime.account_limits import read_account_limits
from pipeline.runtime.barred_people import BarredPeople
from pipeline.runtime.clients import Clients
from pipeline.runtime.email_evidence import EmailEvidence
from pipeline.runtime.heartbeat import Heartbeat
from pipeline.runtime.known_people import KnownPeople
from pipeline.runtime.operation_run import carry_out_any
from pipeline.runtime.people_upkeep import PeopleUpkeep
from pipeline.runtime.schema_comparison import compare_by_name
from pipeline.runtime.source_runner import SourceRunner
from pipeline.settings import Settings
from pipeline.settle.retention import Keeping
from pipeline.settle.settlement import Settlement
from pipeline.stores import sql_trouble as notes
from pipeline.stores.broker import connect, refuse_eviction, wait_for
from pipeline.stores.database import EVENTS, migrate, open_database
from pipeline.stores.doorbell import Doorbell
from pipeline.stores.embedded import open_broker
from pipeline.stores.installation import Belonging
from pipeline.stores.key_check import open_own_vault
from pipeline.stores.lost_events import refuse_lost
from pipeline.stores.scripts import PATIENT_PAUSES
from pipeline.stores.shared_sums import SharedSums
from pipeline.text.plural import counted


class Worker:
    """The parts of a worker, each open as long as the process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stopping = threading.Event()
        self._stack = ExitStack()
        atexit.register(self._stack.close)
        self.broker_url = self._stack.enter_context(open_broker(settings.broker_url, settings.redis_dir))
        self.client = connect(self.broker_url, replicas=settings.replicas)
        wait_for(self.client)
        refuse_eviction(self.client)
        self.engine = open_engine(settings)
        Belonging(self.engine, self.client)()
        self.records = Records(
            self.engine, open_own_vault(settings, self.engine), events_url=settings.events_place
        )
        self.catalog = CurrentCatalog(self.records, self.client)
        self.clients = Clients(settings, self.client, self.records.vault)
        self.doorbell = Doorbell(self.broker_url)
        self.appender = Appender(self.client, self.doorbell)
        self.intake = Intake(self.client, settings.idempotency_window, PATIENT_PAUSES)
        self.strays = Strays(self.client)
        self.acceptance = Acceptance(self.intake, self.engine, self.catalog.published)
        self.lanes = Lanes(self.client, PATIENT_PAUSES, self.intake.life.worker)
        self.dispatch = Dispatch(self.client, self.lanes, self.catalog, self.doorbell, settings.limit_window)
        self.call_seconds = SharedSums(call_seconds.KEY)
        self.sources = SourceRunner(
            self.client, self.records, lambda: self.events, self.clients, settings.limit_window
        )
        self._wire_delivery()
        keeping = Keeping.of_days(settings.retention_days, settings.trace_days, settings.activity_days)
        self.heartbeat = Heartbeat(
            self.client, self.engine, self.intake, self.dispatch, self.doorbell, keeping, self.call_seconds
        )
        self._stack.callback(self.call_seconds.move, self.client)
        self.watch = Watch(
            self.client,
            self.engine,
            self.records.load,
            self.doorbell,
            settings,
            lambda: self.events if self.catalog().needs_events else None,
        )

    def _wire_delivery(self) -> None:
        lanes, set_ups = self.lanes, SetUps(self.client, self.settings.call_timeout)
        settlement = Settlement(
            self.engine, lanes, partial(notes.leave, self.client), traced=self.settings.trace_days > 0
        )
        halts = Halts(self.client, self.records, self.settings.limit_window)
        effects = Effects(lanes, settlement, set_ups, halts)
        self.delivery = Delivery(
            lanes, self.catalog, self.clients, settlement, set_ups, effects, self.stopping, self.call_seconds,
            briefers=[
                KnownPeople(lambda: self.events, self._org_of),
                BarredPeople(lambda: self.events, self.catalog),
            ],
        )  # fmt: skip
        self.polling = Polling(lanes, self.catalog, self.dispatch, self.clients, self.delivery, halts)

    def _org_of(self, connector: Connector) -> str:
        return getattr(self.clients(connector), "org", "")

    @cached_property
    def events(self) -> Engine:
        """The events store, opened by the first import; raises Misconfigured if it cannot be used."""
        refuse_lost(self.settings.events_place, self.engine)
        engine = open_database(self.settings.events_place, "ACTIVATION_EVENTS_URL")
        migrate(engine, EVENTS)
        return engine

    def renew_leases(self) -> None:
        """Let no other worker take the calls and questions of this process for lost."""
        self.intake.life.show()
        self.delivery.renew_leases()
        self.polling.renew_leases()

    def reconnect(self) -> None:
        """Close the connections to Redis that no thread uses right now.

        If one got no answer, all are likely to be dead, and each would cost its time-out.
        """
        self.client.connection_pool.disconnect(inuse_connections=False)
        self.doorbell.close()

    def read_limits(self, name: str) -> str:
        """Ask the account of a connector for its limits, and remember them."""
        connector = self.catalog.newest().connectors.get(name)
        if connector is None:
            return f"there is no connector {name}"
        return read_account_limits(self.client, connector, self.clients, self.settings.limit_window)

    def run_source(self, name: str) -> str:
        """Read the records of a source, and send the difference."""
        appender = Appender(self.client, self.doorbell)  # of this run alone: it numbers its chunks itself
        return self.sources.run_by_schedule(self.catalog(), name, appender)

    def take_notes(self) -> str:
        """Take over the notes of people in answers to batches, and look after these people."""
        appender = Appender(self.client, self.doorbell)  # of this task alone, as in run_source
        upkeep = PeopleUpkeep(self.engine, self.events, self.client, self.settings, self.clients, appender)
        return counted(upkeep.run(self.catalog()), "note")

    def look_emails_up(self) -> str:
        """Look e-mails without an answer up, and settle those that events tell of."""
        window = self.settings.limit_window
        evidence = EmailEvidence(self.client, self.engine, lambda: self.events, self.clients, window)
        return str(evidence.run(self.catalog.newest()))

    def compare_schema(self, name: str) -> str:
        """Compare the schema of a connector's account with the records that use it."""
        window = self.settings.limit_window
        return compare_by_name(self.client, self.catalog.newest(), name, self.clients, window)

    def send_alert(self, message: str) -> str:
        """Try to deliver a message about an alert, unless another process is at it."""
        return self.watch.deliver(message)

    def run_import(self, name: str) -> str:
        """Fetch and land the new files of an import's folder."""
        from pipeline.runtime.imports import Importer, note_unopened  # other queues do without

        try:
            events = self.events
        except Misconfigured as error:
            return note_unopened(self.engine, name, error)
        importer = Importer(self.settings, self.client, self.records, events)
        return importer.run_by_schedule(self.catalog.newest(), name)

    def run_operation(self, identity: str) -> str:
        """Carry out an operation, unless another worker is at it."""
        appender = Appender(self.client, self.doorbell)  # of this operation alone, as in run_source
        return carry_out_any(self.engine, self.sources.run, self.catalog.newest, identity, appender)


@cache
def runtime() -> Worker:
    """Put this process's parts together, once and not before they are needed."""
    return Worker(Settings.load())


def open_engine(settings: Settings) -> Engine:
    """Open the SQL store and bring its tables up to date."""
    engine = open_database(settings.database_url)
    migrate(engine)
    return engine
