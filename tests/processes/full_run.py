"""A run in which everything goes wrong, with marked secrets and people, and what was to be seen of it."""

import base64
import json
import os
import sqlite3
import subprocess
import sys
import traceback
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import requests
from celery import Celery
from click.testing import CliRunner
from sqlalchemy import select

from pipeline.cli import main
from pipeline.model.shard import SHARDS
from pipeline.runtime import flower
from pipeline.stores import tables
from pipeline.stores.database import reading
from pipeline.stores.embedded_address import free_port
from pipeline.stores.vault import Vault
from tests.processes import ROOT
from tests.processes.echoing_server import EchoingServer
from tests.processes.environment import Environment, until
from tests.processes.marked_secrets import MarkedSecrets
from tests.processes.recorder import OTHERS, WORKERS, Recorder, pages

ACTIVATION = "from pipeline.cli import main; main(prog_name='activation')"
ECHOED = ("page", "detail", "verdict", "hold", "redirect")  # events, each answered in its own way
PROCFILE = """\
activations: env ACTIVATION_LOG_FORMAT=json {celery} -c 2 -Q activations -n activations@%h {out}1.out 2>&1
deliveries: {celery} -c 8 -Q deliveries -n deliveries@%h {out}2.out 2>&1
sync: {celery} -c 2 -Q sync -n sync@%h {out}3.out 2>&1
flower: python -m celery -A tasks flower --address=127.0.0.1 --port={port} {out}4.out 2>&1
"""
CELERY = "python -m celery -A tasks worker -P threads -E --without-gossip --without-mingle"
CONFIGURATION = """\
[connectors.good]
username = "good"
password = {{ env = "GOOD_PASSWORD" }}
auth_endpoint = "{emulator}"
[connectors.wrong]
username = "good"
password = {{ env = "WRONG_PASSWORD" }}
auth_endpoint = "{emulator}"
[connectors.echoing]
username = "echoing"
password = {{ env = "ECHOING_PASSWORD" }}
auth_endpoint = "{echoing_server}"
identifier_type = "crm_id"
[connectors.barred]
username = "barred"
password = {{ env = "BARRED_PASSWORD" }}
auth_endpoint = "{echoing_server}"
identifier_type = "riid"
"""
CONNECTOR = 'kind = "responsys"\nprofile_list = "CONTACTS_LIST"\n'
DESTINATION = """\
[destinations.{name}]
audience = "{name}"
connector = "{connector}"
action = "custom_event"
event = "{event}"
max_age = 1
"""
SOURCES = """\
[sources.members]
audience = "members"
url = "sqlite:///{folder}/{database}.db"
query = "SELECT id AS profile_id, email, tier FROM members"
every = 60
[sources.unreachable]
audience = "good"
url = {{ env = "WAREHOUSE_URL" }}
query = "SELECT 1"
every = 60
"""

ALERTS = """\
[channels.ops]
kind = "webhook"
url = { env = "OPS_WEBHOOK" }
secret = { env = "OPS_SIGNING" }
[alerts.letters]
rule = "dead_letters"
channels = ["ops"]
[alerts.rejections]
rule = "error_share"
above = 0
at_least = 1
channels = ["ops"]
[alerts.held]
rule = "held"
channels = ["ops"]
"""


class FullRun:
    """What ran, and what was to be seen, by where it was seen."""

    def __init__(self, folder: Path) -> None:
        self.marked_secrets = MarkedSecrets()
        self.folder = folder
        self.environment = Environment(folder, read_timeout=1)
        self.echoing_server = EchoingServer(self.marked_secrets.mark("token of echoing"))
        self.recorder = Recorder(self.environment.broker_url)
        self.said: dict[str, str] = {}  # by the commands, each with what it printed
        self.inspected: dict[str, str] = {}  # answers of the workers
        self.pages: dict[str, tuple[int, str]] = {}
        self.strangers: dict[str, tuple[int, str]] = {}  # the same, without a password
        self.flower_login = flower.login_in(folder)
        self._remember_secrets()
        self.environ = {**self.environment.env, **self._passwords(), "ACTIVATION_LOG_LEVEL": "DEBUG"}
        self.environ["ACTIVATION_ALERT_INTERVAL"] = "1"

    def close(self) -> None:
        """End everything."""
        self.recorder.close()
        self.environment.close()
        self.echoing_server.close()

    @property
    def log(self) -> str:
        """All that the workers and Flower said; `up` would leave some of it out."""
        files = [self.folder / "up.log", *sorted(self.folder.glob("*.out"))]
        return "\n".join(file.read_text() for file in files)

    def _remember_secrets(self) -> None:
        secret = (self.folder / "secret.key").read_text().strip()
        self.vault = Vault([secret])
        self.marked_secrets.add("secret key", secret.rstrip("="))
        self.marked_secrets.add("secret key as bytes", base64.urlsafe_b64decode(secret).hex())
        self.marked_secrets.add(
            "password of redis", json.loads((self.folder / "redis/redis.json").read_text())["password"]
        )
        self.marked_secrets.add("password of flower", self.flower_login.password.rstrip("="))

    def _passwords(self) -> dict[str, str]:
        words = {
            name: self.marked_secrets.mark(f"password of {name}") + "/ü&+ "
            for name in ("good", "wrong", "echoing", "barred")
        }
        account = {
            "name": "good", "users": {"good": words["good"]},
            "lists": [{"name": "CONTACTS_LIST", "any_recipient": True}], "events": ["LAPSED"],
        }  # fmt: skip
        self.environment.emulator.order("accounts", account)
        database = self.marked_secrets.mark("password of warehouse")
        return {
            **{f"{name.upper()}_PASSWORD": word for name, word in words.items()},
            "ACTIVATION_API_KEYS": self.marked_secrets.mark("api key").ljust(32, "0"),
            "WAREHOUSE_URL": f"postgresql://reader:{database}@127.0.0.1:1/warehouse",
            "OPS_WEBHOOK": f"http://127.0.0.1:1/{self.marked_secrets.mark('token of the webhook')}",
            "OPS_SIGNING": self.marked_secrets.mark("secret of the webhook"),
        }

    def remember_tokens(self) -> int:
        """Add the tokens that are shared in Redis now to what must not be shown; say how many."""
        names = [key for key in self.environment.client.keys("login:*") if key.count(b":") == 1]
        for name in names:
            if sealed := self.environment.client.get(name):
                record = json.loads(self.vault.decrypt(sealed.decode()))
                self.marked_secrets.add(f"token {record['token'][-8:]}", record["token"])
                self.marked_secrets.add(f"digest of login {record['login'][:8]}", record["login"])
        return len(names)

    def cli(self, *arguments: str, given: str = "", **environ: str) -> str:
        """Run a command, and note what it says, also of an accident."""
        runner = CliRunner(env={**self.environ, "COLUMNS": "200", **environ})
        result = runner.invoke(main, arguments, input=given)
        said = result.output
        if result.exception and not isinstance(result.exception, SystemExit):
            said += "".join(traceback.format_exception(result.exception))
        self.said[f"{' '.join(arguments)} ({len(self.said)})"] = said
        return said

    def people(self, audience: str, count: int) -> list[dict[str, Any]]:
        """Make marked activations."""
        return [self.person(f"{audience} {number}") for number in range(count)]

    def person(self, what: str) -> dict[str, Any]:
        """Make one activation of which everything is marked."""
        mark = self.marked_secrets.mark
        return {
            "profile_id": mark(f"profile of {what}"),
            "call_type": "ADD",
            "identifiers": {
                "email": self.marked_secrets.email(what),
                "crm_id": mark(f"crm_id of {what}"),
                "riid": self.marked_secrets.number(f"riid of {what}"),
            },
            "variables": {"tier": mark(f"tier of {what}"), "note": f'Zoë "{mark(f"note of {what}")}" & <b>'},
        }


@contextmanager
def full_run(folder: Path) -> Iterator[FullRun]:
    """Run everything once; what was to be seen can be looked at afterwards."""
    with ExitStack() as stack:
        run = FullRun(folder)
        stack.callback(run.close)
        configure(run)
        with up(run) as port:
            produce(run)
            wait_for_the_end(run)
            operate(run)
            run.inspected = run.recorder.inspect(workers=3)
            walk(run, port, WORKERS)
            interrupt(run)
            walk(run, port, OTHERS)
        yield run


def configure(run: FullRun) -> None:
    """Apply wrong configurations, and then the right one."""
    mark = run.marked_secrets.mark
    text = CONFIGURATION.format(emulator=run.environment.emulator.url, echoing_server=run.echoing_server.url)
    text = text.replace("]\nusername", f"]\n{CONNECTOR}username")
    for name in ("good", "members"):
        text += DESTINATION.format(name=name, connector="good", event="LAPSED")
    text += DESTINATION.format(name="gone", connector="good", event="NOWHERE")
    for name in ("wrong", "barred"):
        text += DESTINATION.format(name=name, connector=name, event="LAPSED")
    for name in ECHOED:
        text += DESTINATION.format(name=name, connector="echoing", event=name)
    text += SOURCES.format(folder=run.folder, database="members") + ALERTS
    members = run.people("members", 3)
    with sqlite3.connect(run.folder / "members.db") as database:
        database.execute("CREATE TABLE members (id TEXT, email TEXT, tier TEXT)")
        rows = [(one["profile_id"], one["identifiers"]["email"], one["variables"]["tier"]) for one in members]
        database.executemany("INSERT INTO members VALUES (?, ?, ?)", rows)
    database.close()
    word = mark("password in a wrong configuration")
    spoilt = (
        ('password = { env = "GOOD_PASSWORD" }', f'pasword = "{word}"'),
        ('password = { env = "GOOD_PASSWORD" }', f'password = "{word}'),
        ('password = { env = "GOOD_PASSWORD" }', f'password = ["{word}"]'),
        ('auth_endpoint = "http://', f'auth_endpoint = "http://good:{word}@'),
        ('url = { env = "WAREHOUSE_URL" }', f'url = {{ "{word}" = "env" }}'),
    )
    for right, wrong in spoilt:
        run.cli("apply", "-", given=text.replace(right, wrong, 1))
    assert "created" in run.cli("apply", "-", given=text)


@contextmanager
def up(run: FullRun) -> Iterator[int]:
    """Run `activation up` with workers that log all they can, and Flower; give its port."""
    port = free_port()
    procfile = run.folder / "Procfile"
    procfile.write_text(PROCFILE.format(celery=CELERY, port=port, out=f">{run.folder}/"))
    with open(run.folder / "up.log", "w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", ACTIVATION, "up", "--procfile", str(procfile)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **run.environ},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        names = ("activations", "deliveries", "sync")
        until(lambda: all(f"{name}@" in ready(run) for name in names), within=90, what="a worker")
        until(lambda: answers(f"http://127.0.0.1:{port}/healthcheck"), within=90, what="Flower")
        yield port
    finally:
        process.terminate()
        process.wait(60)


def ready(run: FullRun) -> str:
    """Return what workers say when they are."""
    return "\n".join(line for line in run.log.splitlines() if " ready." in line)


def answers(url: str) -> bool:
    """Tell whether somebody listens there."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(url, timeout=5).ok
        except requests.ConnectionError:
            return False


def produce(run: FullRun) -> None:
    """Leave good and bad activations at every door."""
    for name in ("good", "gone", "wrong", "barred", *ECHOED):
        lines = [json.dumps(one) for one in run.people(name, 2)]
        run.cli("send", name, "-", given="\n".join(lines))
    send_bad_files(run)
    send_bad_messages(run)
    for garbage in (run.marked_secrets.mark("garbage in the intake"), json.dumps(run.person("nobody"))):
        run.environment.client.rpush(f"intake:{zlib.crc32(b'') % SHARDS}", garbage)


def send_bad_files(run: FullRun) -> None:
    """Send files that were made by mistake."""
    one = run.person("a file")
    swapped = {**one, "identifiers": {value: name for name, value in one["identifiers"].items()}}
    wrong = {**one, "call_type": one["variables"]["tier"], "occurred_at": one["variables"]["note"]}
    lines = [swapped, wrong, {**one, "identifiers": {"hashed_email": one["identifiers"]["email"]}}]
    lines += [
        {**one, one["identifiers"]["email"]: 1},
        {**one, "variables": {"x": [one["variables"]["tier"]]}},
    ]
    text = (
        "\n".join(map(json.dumps, lines))
        + f'\n{{"profile_id": "{one["profile_id"]}", \n"{one["profile_id"]}"'
    )
    run.cli("send", "good", "-", given=text)
    run.cli("send", "good", "-", "--json", given=text)
    email, tier = one["identifiers"]["email"], one["variables"]["tier"]
    run.cli("send", "good", "-", "--format", "csv", given=f"{email},{tier}\n{email},{tier}\n")
    run.cli("send", "good", "-", given=f'profile_id,email\n1,"{email}\n')
    run.cli("sync", "good", "-", "--dry-run", given=f"{email},{tier}\n{email},{tier}\n")


def send_bad_messages(run: FullRun) -> None:
    """Send Celery messages, a good one, one for later, and some that nobody can take."""
    app = Celery("somebody", broker=run.environment.broker_url, set_as_current=False)
    task, one = "tasks.activation.activate", run.person("a message")
    late = {**run.person("a message for later"), "audience": "good"}
    app.send_task(task, args=[{**one, "audience": "good"}], queue="activations")
    app.send_task(task, args=[late], queue="activations", countdown=60)
    app.send_task(task, kwargs={"activation": {**one, "audience": "elsewhere"}}, queue="activations")
    app.send_task(task, args=[one["identifiers"]["email"]], queue="activations")
    app.send_task(task, args=[one, one], queue="activations")
    app.send_task(task, kwargs=one, queue="activations")
    app.send_task("tasks.activation.activte", args=[one], queue="activations")
    app.close()


def wait_for_the_end(run: FullRun) -> None:
    """Wait until every call has been answered, or held."""
    until(lambda: run.remember_tokens() == 2, what="a login of each kind")
    until(
        lambda: letters(run) >= {"INVALID_PARAMETER", "OutcomeUnknown", "OtherError", "Invalid"},
        what="letters",
    )
    until(lambda: held(run) >= {"wrong", "barred", "gone", "hold", "unreachable"}, what="holds")


def letters(run: FullRun) -> set[str]:
    """Return the codes of dead letters."""
    with reading(run.environment.engine) as connection:
        return set(connection.scalars(select(tables.dead_letters.c.code)))


def held(run: FullRun) -> set[str]:
    """Name what is held."""
    with reading(run.environment.engine) as connection:
        return set(connection.scalars(select(tables.holds.c.name)))


def operate(run: FullRun) -> None:
    """Do what operators do, well and badly."""
    word = run.marked_secrets.mark("password of a store that is away")
    for command in (
        "status",
        "stats",
        "check",
        "export",
        "dead-letters list",
        "dead-letters list --json",
        "status --json",
    ):
        run.cli(*command.split())
    run.cli("channels", "test", "ops")
    run.cli("channels", "list", "--json")
    run.cli("alerts", "list")
    run.cli("alerts", "list", "--json")
    run.cli("pause", "good", "--reason", "migration")
    run.cli("resume", "good")
    run.cli("flush", "good")
    run.cli("sync", "--source", "members")
    run.cli("sync", "--source", "unreachable")
    run.cli("dead-letters", "replay", "--destination", "verdict")
    for broker in (
        f"redis://:{word}@127.0.0.1:1/0",
        f"redis://:{word}@127.0.0.1:port/0",
        f"http://:{word}@127.0.0.1",
    ):
        run.cli("status", ACTIVATION_BROKER_URL=broker)
    wrong = run.environment.broker_url.replace("redis://:", f"redis://:{word}")
    run.cli("status", ACTIVATION_BROKER_URL=wrong)
    for database in (f"postgresql://a:{word}@127.0.0.1:1/b", f"mysql://a:{word}@127.0.0.1/b"):
        run.cli("status", ACTIVATION_DATABASE_URL=database)
    run.cli("status", ACTIVATION_SECRET_KEY=word)
    run.cli("rotate-keys")


def interrupt(run: FullRun) -> None:
    """Let calls hang, cut answers off, end a login, and take Redis away under the workers."""
    emulator, before = run.environment.emulator, letters(run)
    emulator.fault("good", "hang", times=1)
    emulator.order("tokens", {"account": "good", "action": "expire"})
    run.cli("send", "good", "-", given="\n".join(json.dumps(one) for one in run.people("a hanging call", 2)))
    run.cli("flush", "good")
    until(lambda: "Timeout" in letters(run) - before, what="a time-out")
    run.remember_tokens()
    run.environment.kill_redis()
    until(lambda: run.log.count("Cannot connect to redis") >= 3, what="a lost broker")
    run.environment.start_redis()
    run.cli("send", "good", "-", given="\n".join(json.dumps(one) for one in run.people("after Redis", 2)))
    until(lambda: len(emulator.calls("good")) >= 2, what="a call after Redis came back")
    run.remember_tokens()


def walk(run: FullRun, port: int, first: Sequence[str]) -> None:
    """Read a part of Flower, with the password and without."""
    login = (run.flower_login.user, run.flower_login.password)
    for found, who in ((run.pages, login), (run.strangers, None)):
        found.update(
            {path: (status, text) for path, status, text in pages(f"http://127.0.0.1:{port}", who, first)}
        )
