"""`activation web` as a real process, with an embedded Redis and SQLite."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from pipeline.operate.keys import create_key
from pipeline.runtime.stores import Stores, open_stores
from tests.fixtures.stores import DATABASES, postgresql_database
from tests.processes import celery, program
from tests.processes.program import Program

WEB = "from pipeline.cli import main; main(['web', '--address', '127.0.0.1:0', *{options!r}])"
LISTENING = re.compile(r"web: listening on (http://\S+)")


@dataclass
class Web:
    """A web process, the stores behind it, and a key of each scope."""

    process: Program
    url: str
    stores: Stores
    said: list[str] = field(default_factory=list)
    log: Path = Path()
    keys: dict[str, str] = field(default_factory=dict)
    opened: AbstractContextManager[Stores] = field(default_factory=nullcontext)

    def call(self, method: str, path: str, scope: str | None = "admin", **options: Any) -> requests.Response:
        headers = dict(options.pop("headers", {}))
        if scope is not None:
            headers.setdefault("Authorization", f"Bearer {self.key(scope)}")
        return requests.request(
            method, f"{self.url}{path}", headers=headers, timeout=60, allow_redirects=False, **options
        )

    def get(self, path: str, scope: str | None = "admin", **options: Any) -> requests.Response:
        return self.call("GET", path, scope, **options)

    def key(self, scope: str) -> str:
        return self.keys[scope]


def start_web(folder: Path, environ: dict[str, str], *options: str) -> Program:
    command = [sys.executable, "-c", WEB.format(options=list(options))]
    return program.start_program(command, environ, folder / "web.log", piped=True)


def address_of(process: Program, said: list[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        if found := LISTENING.search(line):
            return found[1]
    raise AssertionError(f"it never listened: {said}")


@pytest.fixture(scope="module", params=DATABASES)
def database(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The environment of each kind of database: the test runs on both."""
    if request.param == "sqlite":
        yield {}
        return
    with postgresql_database(request.getfixturevalue("postgresql_url")) as url:
        yield {"ACTIVATION_DATABASE_URL": url}


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Web]]:
    """Starts web processes, each with a data folder of its own, and ends them."""
    webs: list[Web] = []

    def start(*options: str, environ: dict[str, str] | None = None) -> Web:
        folder = tmp_path_factory.mktemp("web")
        variables = {"ACTIVATION_DATA_DIR": str(folder / "data"), "ACTIVATION_LOG_LEVEL": "INFO"}
        variables |= environ or {}
        opened = open_stores({**os.environ, **variables})
        stores = opened.__enter__()
        keys = {scope: create_key(stores.engine, scope, scope)[1] for scope in ("read", "operate", "admin")}
        keys["produce"] = create_key(stores.engine, "produce", "produce")[1]
        variables["ACTIVATION_BROKER_URL"] = stores.broker_url
        process = start_web(folder, variables, *options)
        said: list[str] = []
        web = Web(process, address_of(process, said), stores, said, folder / "web.log", keys, opened)
        webs.append(web)
        return web

    yield start
    for web in webs:
        web.process.kill()
        web.process.wait()
        assert web.process.stdout is not None
        web.process.stdout.close()
        web.opened.__exit__(None, None, None)


@pytest.fixture(scope="module")
def web(start: Callable[..., Web]) -> Web:
    """Two gunicorn workers, shared by the tests of a file."""
    return start()


@pytest.fixture(scope="module")
def worker(web):
    """A worker of the queue sync."""
    command = celery("-A tasks worker --pool=threads --concurrency=1 --queues=sync")
    environ = {
        "ACTIVATION_DATA_DIR": str(web.stores.settings.data_dir),
        "ACTIVATION_BROKER_URL": web.stores.broker_url,
        "ACTIVATION_DATABASE_URL": web.stores.settings.database_url,
    }
    process = program.start_program(command, environ, web.log.parent / "worker.log")
    yield process
    process.kill()
    process.wait()
