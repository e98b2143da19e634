"""Imports: a run put together, from the folder at the server to folded profiles, and how it ended."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

import redis
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import Misconfigured, PipelineError, RetryLater
from pipeline.event_files.chosen_import import find_import, startable_import
from pipeline.event_files.folder_look import LOOK_SECONDS, FolderLook
from pipeline.event_files.import_run import ImportRun, Progress, RunOutcome
from pipeline.event_files.import_schedule import FAILED, stops_of_import
from pipeline.event_files.landing import open_landing
from pipeline.event_files.ledger import OPEN, Ledger
from pipeline.event_files.rehearsal import Rehearsal, RehearsedFile
from pipeline.event_files.run_turn import ImportBusy, RunTurn, run_turn
from pipeline.event_files.spool import Spool
from pipeline.event_files.spools import empty_spools
from pipeline.model.event_import import EventImport
from pipeline.model.file_server import FileServer
from pipeline.model.source import EventsSource
from pipeline.people.crowds import note_crowds, read_crowds
from pipeline.profiles.configured_fields import configured_fields
from pipeline.profiles.fold import Folding
from pipeline.profiles.retention import Retention, forget_lines
from pipeline.records import mirror
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import kind_of
from pipeline.records.records import Records
from pipeline.runtime.clients import Clients, timeouts_of
from pipeline.runtime.email_evidence import EmailEvidence
from pipeline.settings import Settings
from pipeline.stores import nudges
from pipeline.stores.store_failure import in_words
from pipeline.text.plural import counted

log = logging.getLogger(__name__)

SILENT: Progress = lambda _step, _done, _total: None  # noqa: E731


@dataclass
class Importer:
    """Runs imports; ``wait`` is called while another run is under way, None: ImportBusy is raised."""

    settings: Settings
    client: redis.Redis
    records: Records
    events: Engine
    progress: Progress = SILENT
    wait: Callable[[], object] | None = None
    look_seconds: float = LOOK_SECONDS

    @property
    def engine(self) -> Engine:
        """The SQL store."""
        return self.records.engine

    def run(self, catalog: Catalog, name: str) -> RunOutcome:
        """Run an import now.

        Raises:
            Misconfigured: there is none of that name, a person paused it, or its server cannot be used.
            RetryLater: the server or a store cannot be reached.
            ImportBusy: another run is under way.
        """
        each = startable_import(catalog, name)
        with run_turn(self.engine, name, wait=self.wait) as turn, self.noting(turn, catalog):
            outcome = self.land(catalog, each, turn)
            self.fold(turn)
            empty_spools(self.engine, self.settings.data_dir, kept=catalog.imports)
            if outcome.trouble:
                raise TroubledRun(outcome) from outcome.trouble
        self.look_up(catalog)
        return outcome

    def look_up(self, catalog: Catalog) -> None:
        """Look e-mails without an answer up in the events."""
        clients = Clients(self.settings, self.client, self.records.vault)
        try:
            window = self.settings.limit_window
            EmailEvidence(self.client, self.engine, lambda: self.events, clients, window).run_aside(catalog)
        finally:
            clients.close()

    def rehearse(self, catalog: Catalog, name: str) -> Iterator[RehearsedFile]:
        """Yield the files that a run would take; raises as ``run`` does."""
        each = find_import(catalog, name)
        with run_turn(self.engine, name, wait=self.wait):
            server, spool = self.server_of(catalog, each), Spool(self.settings.data_dir, name)
            yield from Rehearsal(each, server, Ledger(self.events, name), spool).run()

    def land(self, catalog: Catalog, each: EventImport, turn: RunTurn) -> RunOutcome:
        """Land the files of the folder; sources of events run at once when a file has landed."""
        server, told = self.server_of(catalog, each), partial(self.nudge, catalog)
        spool, ledger = Spool(self.settings.data_dir, each.name), Ledger(self.events, each.name)
        spool.prepare([row.id for state in OPEN for row in ledger.rows(state)])
        look = FolderLook(each, ledger, self.look_seconds)
        with open_landing(self.events, spool.folder) as lander:
            return ImportRun(each, server, spool, look, lander, self.step_of(turn), told).run()

    def nudge(self, catalog: Catalog) -> None:
        """Let the sources of events run at once; without Redis they run when they are due."""
        sources = [one.name for one in catalog.sources.values() if isinstance(one, EventsSource)]
        with suppress(redis.RedisError):
            nudges.leave(self.client, sources)

    def fold(self, turn: RunTurn) -> None:
        """Fold the events into profiles, and take out the ones that are too old."""
        further = configured_fields(self.engine)
        step = self.step_of(turn)
        folded = Folding(self.events, further).run(lambda events: step("fold profiles", events, 0))
        if folded or read_crowds(self.events).people:
            note_crowds(self.events)
        Retention(self.events, self.settings.event_days, further).run()
        forget_lines(self.events, self.settings.retention_days)

    def step_of(self, turn: RunTurn) -> Progress:
        """Return the progress, which also tells the turn's readers each new step."""
        last = ""

        def told(step: str, done: int, total: int) -> None:
            nonlocal last
            self.progress(step, done, total)
            if step != last:
                last = step
                turn.write(step=step)

        return told

    def server_of(self, catalog: Catalog, each: EventImport) -> FileServer:
        """Return the server of an import's connector."""
        connector = catalog.connectors[each.connector]
        open_server = kind_of(connector).open_server
        if open_server is None:
            raise Misconfigured(f'connector "{connector.name}" has no files')
        return open_server(connector, timeouts_of(self.settings))

    @contextmanager
    def noting(self, turn: RunTurn, catalog: Catalog) -> Iterator[None]:
        """Note how a run ends; after ten hours of failures hold the import."""
        try:
            yield
        except SQLAlchemyError as error:
            reason = in_words(error)
            with suppress(SQLAlchemyError):  # the same store may be the one that failed
                self.note_failure(turn, reason)
            raise RetryLater("StoreAway", reason) from error
        except PipelineError as error:
            self.note_failure(turn, str(error))
            raise
        turn.succeeded()
        hold = catalog.holds.get(("import", turn.name))
        if hold and hold.code == FAILED and self.records.release("import", turn.name):
            mirror.refresh(self.client, self.records)

    def note_failure(self, turn: RunTurn, reason: str) -> None:
        """Note why a run failed, and hold the import if all have for ten hours."""
        if turn.failed(reason):
            self.records.hold("import", turn.name, "held", FAILED, reason)
            mirror.refresh(self.client, self.records)

    def run_by_schedule(self, catalog: Catalog, name: str) -> str:
        """Run an import that is due, and return the outcome in a line for Flower."""
        if name not in catalog.imports or stops_of_import(catalog, catalog.imports[name]):
            return f"{name} does not run"
        try:
            outcome = self.run(catalog, name)
        except ImportBusy:
            return f"another run of {name} is under way"
        except PipelineError:
            log.warning("import failed", extra={"import": name})
            return f"{name} could not go on: `activation imports list` tells why"
        failed = f", {len(outcome.failed):,} failed" if outcome.failed else ""
        return f"{name}: {counted(len(outcome.landed), 'file')} landed{failed}"


def note_unopened(engine: Engine, name: str, error: Misconfigured) -> str:
    """Note that an import could not run for want of the events store; return the outcome for Flower."""
    log.warning("import failed", extra={"import": name})
    with suppress(ImportBusy), run_turn(engine, name) as turn:
        turn.failed(str(error))
    return f"{name} could not go on: `activation imports list` tells why"


class TroubledRun(PipelineError):
    """Some files wait for another run, for a reason of ours or of the connection."""

    def __init__(self, outcome: RunOutcome) -> None:
        super().__init__(str(outcome.trouble))
        self.outcome = outcome
