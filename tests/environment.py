"""An environment for tests: both stores, the records in them, rows that wait and dead letters."""

from typing import Any

import redis as redis_py
from sqlalchemy import Engine

from pipeline.lanes.lanes import Lanes
from pipeline.operate.activity import person_at_terminal, read_activity
from pipeline.operate.paging import Page
from pipeline.records import mirror
from pipeline.records.catalog import Catalog
from pipeline.records.records import Records
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import DeadLetter
from tests.builders import add

ACME = {
    "kind": "responsys",
    "name": "Acme EU",
    "username": "api_user",
    "password": "pass-w0rd",
    "auth_endpoint": "https://login5.responsys.net",
    "profile_list": "CONTACTS_LIST",
    "identifier_type": "crm_id",
}
LAPSED = {"audience": "lapsed-buyers", "connector": "acme", "action": "custom_event", "event": "LAPSED"}
LEFT = {**LAPSED, "audience": "leavers", "event": "LEFT"}


class Environment:
    """Both stores, and the steps by which a test fills them."""

    def __init__(self, redis: redis_py.Redis, engine: Engine, records: Records) -> None:
        self.redis = redis
        self.engine = engine
        self.records = records
        self.lanes = Lanes(redis)

    def apply(self, connectors: dict[str, Any], destinations: dict[str, Any]) -> None:
        """Make these the records."""
        self.records.apply({"connectors": connectors, "destinations": destinations}, prune=True)
        mirror.refresh(self.redis, self.records)

    def hold(self, scope: Any, name: str, kind: Any, code: str = "", detail: str = "") -> None:
        """Stop a record."""
        self.records.hold(scope, name, kind, code, detail)
        mirror.refresh(self.redis, self.records)

    @property
    def catalog(self) -> Catalog:
        """The records."""
        return self.records.load()

    def wait(self, destination: str, *profiles: str) -> None:
        """Have rows wait for a destination."""
        add(self.redis, *profiles, lane=f"{destination}/all")

    def activity(self) -> list[tuple[str, str, str]]:
        """Return what commands noted, oldest first, which names this machine's user and nobody else."""
        noted = read_activity(self.engine, Page(1_000))["activity"]
        assert {each["actor"] for each in noted} <= {person_at_terminal().name}
        return [(each["action"], each["object"], each["detail"]) for each in reversed(noted)]

    def work(self) -> None:
        """Have a worker be seen for as long as a test may take."""
        self.redis.set("turn:intake", "worker")

    def keep(self, *ids: str, destination: str | None = "lapsed", **changes: Any) -> None:
        """Keep dead letters under these ids."""
        letter = {
            "connector": "acme" if destination else None,
            "destination": destination,
            "audience": "lapsed-buyers",
            "profile_id": "p-1",
            "code": "NO_RECIPIENT_FOUND",
            "detail": "Recipient Not Found",
            "activation": '{"audience": "lapsed-buyers", "profile_id": "p-1", "call_type": "ADD", '
            '"identifiers": {"crm_id": "C-9"}}',
        }
        at = changes.pop("at", None)
        with self.engine.begin() as connection:
            dead_letters.store(connection, [DeadLetter(id=each, **{**letter, **changes}) for each in ids], at)
