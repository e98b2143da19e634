"""An installation with the data of a demo run, its workers, and `activation web` with two processes."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from pipeline.demo import sample
from pipeline.demo.example import CONFIGURATION
from pipeline.demo.processes import DemoProcesses, environment
from pipeline.demo.responsys import Responsys
from pipeline.operate.flushing import flush_audience
from pipeline.operate.keys import create_key
from pipeline.operate.status.intake_status import read_intake
from pipeline.operate.status.status import read_status
from pipeline.produce.producer import Producer
from pipeline.records import mirror
from pipeline.records.record_check import check_record
from pipeline.runtime.crew import ProcessGroup
from pipeline.runtime.stores import Stores, open_stores
from tests.processes.environment import until
from tests.processes.program import Program
from tests.web.conftest import address_of, start_web

SCOPES = ("read", "operate", "admin", "produce")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Installation:
    """Stores, workers, an emulated Responsys and a web process, all of which are real."""

    folder: Path
    url: str
    stores: Stores
    processes: DemoProcesses
    responsys: Responsys
    web: Program
    keys: dict[str, str]
    _sessions: dict[str, requests.Session] = field(default_factory=dict)

    def session(self, scope: str) -> requests.Session:
        """A client without a browser, logged in with a key of this scope; always the same one."""
        if scope not in self._sessions:
            self._sessions[scope] = self.log_in(scope)
        return self._sessions[scope]

    def log_in(self, scope: str) -> requests.Session:
        """A new session."""
        session = requests.Session()
        session.trust_env = False
        answer = self.post(session, "/login", {"key": self.keys[scope]}, of="/login")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/"), answer.text
        return session

    def get(self, path: str, scope: str = "admin", **options: Any) -> requests.Response:
        """Fetch a page without a browser; no redirect is followed."""
        return self.session(scope).get(f"{self.url}{path}", timeout=60, allow_redirects=False, **options)

    def post(
        self, session: requests.Session, path: str, form: dict[str, str], *, of: str, **options: Any
    ) -> requests.Response:
        """Send a form with the token of the page ``of``."""
        token = TOKEN.search(session.get(f"{self.url}{of}", timeout=60).text)
        assert token, f"{of} has no form"
        form = {"csrf_token": token[1], **form}
        return session.post(f"{self.url}{path}", form, timeout=60, allow_redirects=False, **options)

    def status(self) -> Any:
        """Read how things stand."""
        return read_status(self.stores.redis, self.stores.engine, self.stores.records.load(), window=4)


@contextmanager
def demo_installation(folder: Path) -> Iterator[Installation]:
    """Give an installation that has sent the sample audience; its processes end with the block."""
    with ExitStack() as stack:
        stores = stack.enter_context(open_stores(environment(folder)))
        stores.redis.ping()
        processes = DemoProcesses(folder, stores, stack.enter_context(ProcessGroup()))
        responsys = processes.start_responsys()
        processes.start_workers()
        processes.apply("demo", CONFIGURATION.format(url=responsys.url))
        add_source(stores, folder)
        keys = {scope: create_key(stores.engine, scope, scope)[1] for scope in SCOPES}
        web = start_web(folder, processes.environ)
        stack.callback(end, web)
        processes.wait_for_workers()
        send_sample(stores)
        url = address_of(web, [])
        yield Installation(folder, url, stores, processes, responsys, web, keys)


def add_source(stores: Stores, folder: Path) -> None:
    """Add a source that runs only when it is told to."""
    with sqlite3.connect(folder / "crm.db") as crm:
        crm.execute("CREATE TABLE people (id TEXT, mail TEXT)")
        crm.executemany("INSERT INTO people VALUES (?, ?)", [("p-1", "demo-1@example.com")])
    crm.close()
    source = {
        "audience": sample.AUDIENCE,
        "url": f"sqlite:///{folder / 'crm.db'}",
        "query": "SELECT id, mail FROM people",
        "every": 60,
        "columns": {"id": "profile_id", "mail": "email"},
        "enabled": False,
        "description": "All buyers of the CRM",
    }
    stores.records.apply({"sources": {"buyers": check_record("sources", "buyers", source, None)}})
    mirror.refresh(stores.redis, stores.records)


def end(web: Program) -> None:
    """End the web process."""
    web.terminate()
    web.wait(timeout=60)
    assert web.stdout is not None
    web.stdout.close()


def send_sample(stores: Stores) -> None:
    """Send the sample audience, and wait until every row is settled."""
    with Producer(stores.broker_url) as producer:
        producer.activate_many(sample.rows(), audience=sample.AUDIENCE)
    until(lambda: not read_intake(stores.redis).waiting)
    catalog = stores.records.load()
    flush_audience(stores.redis, catalog, sample.AUDIENCE)
    until(lambda: not read_status(stores.redis, stores.engine, catalog, window=4).waiting)
