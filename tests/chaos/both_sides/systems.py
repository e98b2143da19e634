"""Both systems, and an installation of ours between them."""

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import func, select

from pipeline.operate.activity import SYSTEM
from pipeline.operate.hook_keys import create_hook_key
from pipeline.records.configuration import read_configuration
from pipeline.runtime.stores import Stores, open_stores
from pipeline.stores.database import reading
from pipeline.stores.people_tables import handles
from tests.chaos.both_sides import configuration as texts
from tests.chaos.both_sides.outside import EmulatedOrg, emulated_org, event_server
from tests.chaos.web_processes import KEY, WebProcesses
from tests.emulators.sftp.conftest import SftpEmulator
from tests.processes.environment import Environment, open_environment, until
from tests.processes.proxy import Proxy

FIRST_RIID = 100_000_001  # of person 0, in all emulators
READ_TIMEOUT = 5  # seconds
WINDOW = 3  # seconds that count as a minute
TYPES = ["EMAIL_OPTOUT", "EMAIL_OPTIN", "EMAIL_COMPLAINT"]
MEMBER = "EMAIL_ADDRESS_,EMAIL_PERMISSION_STATUS_,TITLE"  # columns
API = "/rest/api/v1.3"


@dataclass(frozen=True)
class Pace:
    """How fast all goes: minutes between two runs of sources, seconds that count as a minute of limits."""

    every: float = texts.EVERY
    window: float = WINDOW
    behind_proxy: bool = True  # one of the workers


@dataclass(frozen=True)
class Systems:
    """All that runs; ``people``: the number of addresses, "demo-0@example.com" and on, on both sides."""

    environment: Environment
    proxy: Proxy
    org: EmulatedOrg
    files: SftpEmulator
    webs: WebProcesses
    stores: Stores
    people: int

    def address_of(self, number: int) -> str:
        """Return the address of a person."""
        return f"demo-{number}@example.com"

    def run_import(self) -> None:
        """Have a worker look for files, as a person at the console does."""
        url = f"http://{self.webs.addresses[0]}/v1/imports/{texts.IMPORT}/run"
        requests.post(url, headers={"Authorization": f"Bearer {KEY}"}, timeout=30)

    def found(self, addresses: Collection[str]) -> list[tuple[str, str]]:
        """Return objects and ids of the first record of each address."""
        first = {record["Email"]: (table, record["Id"]) for table, record in reversed(self.org.people())}
        return [first[address] for address in sorted(addresses)]

    def members(self) -> dict[str, dict[str, Any]]:
        """Return the members of the list, by address."""
        query = {"account": texts.ACCOUNT, "limit": self.people, "fs": MEMBER}
        found = self.environment.emulator.report("members", **query)["members"]
        return {one["EMAIL_ADDRESS_"]: one for one in found}

    def call_responsys(self, verb: str, path: str, body: Any, user: str = "marketer") -> None:
        """Call Responsys' API as another program does."""
        url = f"{self.environment.emulator.url}{API}"
        form = {"user_name": user, "password": "secret", "auth_type": "password"}
        login = requests.post(f"{url}/auth/token", data=form, timeout=READ_TIMEOUT)
        login.raise_for_status()
        token = login.json()["authToken"]
        answer = requests.request(
            verb, f"{url}{path}", json=body, headers={"Authorization": token}, timeout=READ_TIMEOUT
        )
        answer.raise_for_status()

    def known_people(self) -> int:
        """Count the addresses of which a RIID is known."""
        own = handles.c.kind == "riid"
        with reading(self.stores.events) as connection:
            return connection.scalar(select(func.count()).where(own)) or 0


@contextmanager
def open_systems(
    folder: Path, people: int, seed: int, say: Callable[[str], None], pace: Pace = Pace()
) -> Iterator[Systems]:
    """Start everything, and let both sides be known to us."""
    options = {"window": pace.window, "read_timeout": READ_TIMEOUT, "seed": seed}
    with ExitStack() as opened:
        environment = opened.enter_context(open_environment(folder, **options))
        environment.env |= {"ACTIVATION_LOG_FORMAT": "json"}
        proxy = opened.enter_context(closing(Proxy(environment.redis_port)))
        org = opened.enter_context(emulated_org(seed))
        files = opened.enter_context(event_server(folder / "sftp"))
        stores = opened.enter_context(open_stores(environment.env))
        fill(environment, org, files, people)
        configure(environment, org, files, pace)
        webs = opened.enter_context(closing(WebProcesses(folder, environment.env, 1)))
        systems = Systems(environment, proxy, org, files, webs, stores, people)
        start_workers(systems, pace)
        subscribe(systems)
        say(f"{len(environment.workers)} workers are up; both sides are read")
        systems.run_import()
        until(lambda: systems.known_people() >= people, within=180, what="the RIID of everybody")
        yield systems


def fill(environment: Environment, org: EmulatedOrg, files: SftpEmulator, people: int) -> None:
    """Put the same people on both sides; every fifth is a contact and a lead, every seventh a lead alone."""
    everybody = {"count": people, "prefix": "demo-"}
    contents = {"name": texts.LIST, "folder": "Main", "fields": {"TITLE": "STR500"}, "ranges": [everybody]}
    environment.emulator.order("accounts", {**texts.ACCOUNT_SEED, "lists": [contents]})
    environment.emulator.order("faults", [texts.SLOW])
    org.order("behaviour", {"daily_maximum": 2_000_000})
    for table, chosen in (("Contact", lambda n: n % 7), ("Lead", lambda n: n % 7 == 0 or n % 5 == 0)):
        records = [person(table, number) for number in range(people) if chosen(number)]
        org.order("load", {"object": table, "records": records})
    org.order("settings", {"automations": [texts.AUTOMATION]})
    files.order("files", feeds=["SENT"], people=list(range(people)), minutes=60)


def person(table: str, number: int) -> dict[str, Any]:
    """Return a record of Salesforce."""
    fields = {"LastName": f"Lee {number}", "Email": f"demo-{number}@example.com", "HasOptedOutOfEmail": False}
    return fields | ({"Company": "Acme"} if table == "Lead" else {})


def configure(environment: Environment, org: EmulatedOrg, files: SftpEmulator, pace: Pace) -> None:
    """Apply the configuration from a file."""
    [key] = (files.data / "keys").glob("client*[!b]")
    values = {"responsys": environment.emulator.url, "org": org.url, "port": files.port, "key": key}
    values |= {"host_key": files.summary()["host_key"], "every": pace.every}
    file = environment.folder / "activation.toml"
    file.write_text(texts.RECORDS.format(**values))
    environment.apply(read_configuration(str(file), {}, ()))


def start_workers(systems: Systems, pace: Pace) -> None:
    """Start two workers of each of the first queues, and one each for sources and files."""
    environment = systems.environment
    behind = environment.broker_url.rpartition(":")[0] + f":{systems.proxy.port}/0"
    environment.start("both", "both")
    if pace.behind_proxy:
        environment.start("both", ACTIVATION_BROKER_URL=behind)
    for queue in ("sync", "imports"):
        celery = f"-m celery --quiet -A tasks worker -P threads -c 2 -Q {queue} -E --without-gossip"
        command = [sys.executable, *celery.split(), "--without-mingle"]
        worker = environment.employ(
            queue, lambda name, command=command: [*command, "-n", f"{name}@%h"], environment.env
        )
        until(worker.ready, within=120, what=worker.name)


def subscribe(systems: Systems) -> None:
    """Have Responsys tell opting in and out at once."""
    _, key = create_hook_key(systems.stores.engine, systems.stores.records.load(), texts.ACCOUNT, SYSTEM)
    basic = {"type": "B", "data": {"userName": texts.ACCOUNT, "password": key}}
    url = f"http://{systems.webs.addresses[0]}/v1/hooks/responsys/{texts.ACCOUNT}"
    callback = {"name": "us", "url": url, "batchSize": 50, "authentication": basic}
    systems.call_responsys("POST", "/notifications/callbacks", callback)
    until(lambda: is_verified(systems), within=60, what="the key of the hook at the web process")
    subscription = {"name": "wishes", "callBackName": "us", "eventTypes": TYPES}
    systems.call_responsys("POST", "/notifications/subscriptions", subscription)


def is_verified(systems: Systems) -> bool:
    """Have Responsys verify our hook; False: the web process does not know its key yet, or is busy."""
    try:
        systems.call_responsys("GET", "/notifications/callbacks/us/actions/verify", None)
    except requests.RequestException:
        return False
    return True
