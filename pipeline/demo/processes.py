"""Processes of the demo: both stores, a local Responsys, workers and Flower, in a folder of their own."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import requests
from celery import Celery

import pipeline
from pipeline.demo.event_files import EventFiles
from pipeline.demo.org import Org
from pipeline.demo.responsys import FUNCTION, Responsys
from pipeline.demo.sample import ROWS
from pipeline.errors import PipelineError
from pipeline.records import configuration, mirror
from pipeline.runtime import flower
from pipeline.runtime.crew import POLL, ProcessGroup
from pipeline.runtime.stores import Stores
from pipeline.stores.broker import celery_settings

HOME = Path(pipeline.__file__).parents[1]  # where `tasks` and `emulators` can be imported from
WINDOW = 4  # seconds that count as a minute, here and at the emulator
CALLS = 60  # in each of these windows
START = 120  # seconds to be ready, on a machine that has much else to do
NAMES = ("LAPSED", "CLICKED", "NURTURE", "AFTER_DEMO", "OFFER")  # of events
EVENTS = [option for event in NAMES for option in ("--event", event)]
QUEUES = {"activations": 2, "deliveries": 8, "sync": 2, "imports": 1}  # threads
ACTIVATION = "from pipeline.cli import main; main(prog_name='activation')"
COLUMNS = "name,uuid,state,args,result,received,runtime,worker"

Found = TypeVar("Found")


class DemoFailed(PipelineError):
    """The demo could not go on, or its books do not balance."""


def environment(folder: Path) -> dict[str, str]:
    """Return the whole environment of the demo, so that it is the same for everybody."""
    return {
        "ACTIVATION_DATA_DIR": str(folder),
        "ACTIVATION_LIMIT_WINDOW": str(WINDOW),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
        "PYTHONUNBUFFERED": "1",
    }


class DemoProcesses:
    """Starts one part after the other; each method returns when its part is ready."""

    def __init__(self, folder: Path, stores: Stores, crew: ProcessGroup) -> None:
        self.folder = folder
        self.stores = stores
        self.crew = crew
        self.login = flower.login_in(folder)
        self.environ = {
            **environment(folder),
            "ACTIVATION_BROKER_URL": stores.broker_url,
            flower.VARIABLE: self.login.dumps(),
        }

    def start_responsys(self) -> Responsys:
        """Start the emulator on a free port."""
        options = ["--port", "0", "--members", str(ROWS), "--window", str(WINDOW), *EVENTS]
        self._start("responsys", "emulators.responsys", *options, "--limit", f"{FUNCTION}={CALLS}")
        said = re.compile(r"on (http://\S+)")
        url = self.wait_for("the emulator", lambda: said.search(self._log("responsys").read_text()))[1]
        return Responsys(url)

    @cached_property
    def event_files(self) -> EventFiles:
        """The SFTP emulator, which starts on free ports and without files when it is first needed."""
        folder = self.folder / "sftp"
        options = ["--port", "0", "--control-port", "0", "--files", "0", "--data", str(folder)]
        self._start("sftp", "emulators.sftp", *options)
        log = self._log("sftp")
        return self.wait_for("the SFTP emulator", lambda: EventFiles.read(log.read_text(), folder))

    @cached_property
    def org(self) -> Org:
        """The Salesforce emulator, which starts on a free port when it is first needed."""
        self._start("org", "emulators.salesforce", "--port", "0")
        said = re.compile(r"on (http://\S+)")
        return Org(self.wait_for("the org", lambda: said.search(self._log("org").read_text()))[1])

    def apply(self, name: str, text: str) -> None:
        """Apply a configuration, as `activation apply` does."""
        file = self.folder / f"{name}.toml"
        file.write_text(text)
        records = self.stores.records
        records.apply(configuration.read_configuration(str(file), {}, records.load().connectors))
        mirror.refresh(self.stores.redis, records)

    def run(self, *arguments: str) -> str:
        """Run a command of `activation` to its end; return all that it printed."""
        done = subprocess.run(  # noqa: S603  ourselves
            [sys.executable, "-c", ACTIVATION, *arguments],
            env=self.environ,
            cwd=HOME,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.stdout

    def start_workers(self) -> None:
        """Start a worker for each queue."""
        for queue, threads in QUEUES.items():
            options = [
                "--pool=threads",
                f"--concurrency={threads}",
                f"--queues={queue}",
                f"--hostname={queue}@%h",
            ]
            quick = ["--task-events", "--without-gossip", "--without-mingle"]
            self._start(queue, "celery", "--quiet", "-A", "tasks", "worker", *options, *quick)

    def start_flower(self) -> str:
        """Start Flower on a free port and return its address."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        options = ["--address=127.0.0.1", f"--port={port}", f"--tasks-columns={COLUMNS}"]
        self._start("flower", "celery", "--quiet", "-A", "tasks", "flower", *options)
        return f"http://127.0.0.1:{port}"

    def start_web(self) -> str:
        """Start the web process on a free port and return its address."""
        self._start("web", "pipeline.cli", "web", "--address", "127.0.0.1:0", "--workers", "1")
        said = re.compile(r"listening on (http://\S+)")
        return self.wait_for("the web process", lambda: said.search(self._log("web").read_text()))[1]

    def wait_for_workers(self) -> None:
        """Wait until every worker answers."""
        app = Celery("activation demo", set_as_current=False)
        app.conf.update(celery_settings(self.stores.broker_url))
        self.wait_for("the workers", lambda: len(app.control.ping(timeout=0.5)) == len(QUEUES))

    def wait_for_flower(self, url: str) -> None:
        """Wait until Flower answers."""
        session = requests.Session()
        session.trust_env = False

        def answers() -> bool:
            try:
                return session.get(f"{url}/healthcheck", timeout=START).ok
            except requests.ConnectionError:
                return False

        self.wait_for("Flower", answers)

    def wait_for(self, what: str, ready: Callable[[], Found | None]) -> Found:
        """Return the answer of ``ready`` as soon as there is one; raise DemoFailed if none comes."""
        deadline = time.monotonic() + START
        while not (found := ready()):
            self.refuse_losses()
            if time.monotonic() > deadline:
                raise DemoFailed(f"{what} did not get ready within {START} seconds")
            time.sleep(POLL)
        return found

    def refuse_losses(self) -> None:
        """Raise DemoFailed when a process has ended, with its last words."""
        if name := self.crew.ended():
            words = self._log(name).read_text().splitlines()[-1:] or ["it said nothing"]
            raise DemoFailed(f"{name} ended by itself: {words[0]}")

    def _start(self, name: str, *command: str) -> None:
        with open(self._log(name), "wb") as log:
            self.crew.start(name, [sys.executable, "-m", *command], env=self.environ, cwd=HOME, output=log)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"
