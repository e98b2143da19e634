"""Environment of a delivery: real stores and a faked wire."""

import json
import threading
from datetime import UTC, datetime
from typing import Any

import msgspec

from pipeline.deliver.call_seconds import KEY
from pipeline.deliver.delivery import Delivery
from pipeline.deliver.effects import Effects
from pipeline.deliver.halts import Halts
from pipeline.deliver.polling import Polling
from pipeline.deliver.set_ups import SetUps
from pipeline.lanes import limits
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.quota import Quota
from pipeline.model.activation import Activation, encode
from pipeline.records import mirror
from pipeline.responsys.client import Client
from pipeline.responsys.login import shared_tokens
from pipeline.settle import dead_letters
from pipeline.settle import statistics as stats
from pipeline.settle.dead_letters import Filter
from pipeline.settle.settlement import Settlement
from pipeline.stores.shared_sums import SharedSums
from pipeline.wire.session import open_session
from tests.builders import Newest, add_rows, cut
from tests.fixtures.oracle import HOST

EVENT = f"{HOST}/rest/api/v1.3/events/LAPSED"
CONFIGURATION: dict[str, Any] = {
    "connectors": {
        "acme": {
            "kind": "responsys", "name": "Acme", "username": "api_user", "password": "secret",
            "auth_endpoint": HOST, "profile_list": "CONTACTS_LIST", "identifier_type": "crm_id",
            "enabled": True,
            "api": "sync", "limits": {}, "utilisation": 1.0, "max_in_flight": 100,
        },
    },
    "destinations": {
        "lapsed": {
            "audience": "lapsed-buyers", "connector": "acme", "action": "custom_event", "event": "LAPSED",
            "max_rows": 200, "max_age": 600,
        },
    },
}  # fmt: skip


def activation(profile: str, **changes: Any) -> Activation:
    whole = Activation(
        audience="lapsed-buyers",
        profile_id=profile,
        call_type="ADD",
        identifiers={"crm_id": f"C-{profile}"},
        variables={"tier": "gold"},
        occurred_at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    return msgspec.structs.replace(whole, **changes)


def answer(*errors: str | None) -> list[dict[str, Any]]:
    """Results as on Oracle's page: one element per recipient, in order."""
    return [
        {"errorMessage": error, "success": error is None, "recipientId": -1 if error else 364470001 + n}
        for n, error in enumerate(errors)
    ]


def read(request) -> dict[str, Any]:
    """Take in a request's body, as sending it does."""
    return json.loads(b"".join(request.body))


def sent(failure: dict[str, Any]) -> Any:
    """Answer badly, or not at all, when the body has gone out."""

    def callback(request):
        read(request)
        if isinstance(failure.get("body"), Exception):
            raise failure["body"]
        return failure.get("status", 200), {}, failure["body"]

    return callback


def refusal(code: str, detail: str = "") -> dict[str, Any]:
    return {"type": "", "title": "", "errorCode": code, "detail": detail, "errorDetails": []}


class Environment:
    """Everything a delivery needs, and what a test looks at."""

    def __init__(self, redis, engine, records, vault) -> None:
        self.redis, self.engine, self.records = redis, engine, records
        self.lanes = Lanes(redis)
        self.stopping = threading.Event()
        self.configure()
        tokens = shared_tokens(redis, vault, take=limits.take)
        settlement, set_ups = Settlement(engine, self.lanes), SetUps(redis)
        catalog = Newest(records.load)
        halts = Halts(redis, records)
        effects = Effects(self.lanes, settlement, set_ups, halts)
        clients = lambda connector: Client(connector, tokens, session=open_session())  # noqa: E731
        self.call_seconds = SharedSums(KEY)
        self.delivery = Delivery(
            self.lanes, catalog, clients, settlement, set_ups, effects, self.stopping, self.call_seconds
        )
        self.polling = Polling(
            lanes=self.lanes,
            catalog=catalog,
            dispatch=self,
            clients=clients,
            delivery=self.delivery,
            halts=halts,
        )
        account = records.load().connectors["acme"].account
        self.account = account
        self.quota = self.quota_of("acme", "triggerCustomEvent")

    def quota_of(self, connector: str, function: str) -> Quota:
        """Name the quota of a function, as dispatch does."""
        return Quota(connector, function, self.account, 100, limit=60_000, utilisation=1.0)

    def configure(self, **changes: Any) -> None:
        lapsed = {**CONFIGURATION["destinations"]["lapsed"], **changes}
        self.records.apply({**CONFIGURATION, "destinations": {"lapsed": lapsed}})
        mirror.refresh(self.redis, self.records)

    def configure_connector(self, **changes: Any) -> None:
        self.records.apply(
            {**CONFIGURATION, "connectors": {"acme": {**CONFIGURATION["connectors"]["acme"], **changes}}}
        )
        mirror.refresh(self.redis, self.records)

    def receive(self, *profiles: str, **changes: Any) -> None:
        """Put one row per profile into the lane, and make them due."""
        add_rows(self.redis, [(profile, encode(activation(profile, **changes))) for profile in profiles])
        self.lanes.flush("lapsed")

    def deliver(self) -> str:
        batch = cut(self.lanes, self.quota)
        return self.delivery.deliver(batch.id, batch.attempt).text

    def due(self) -> None:
        """Let the time until the next try, and every pause, pass."""
        for key in self.redis.scan_iter("retry:acme:*"):
            for batch in self.redis.zrange(key, 0, -1):
                self.redis.zadd(key, {batch: 1})
        for key in self.redis.scan_iter(f"limit:{self.account}:*"):
            self.redis.delete(key)
        self.redis.delete(f"capacity:{self.account}")

    def letters(self) -> list[tuple[str, str, str]]:
        found = dead_letters.find_letters(self.engine, Filter())
        return sorted((letter.profile_id, letter.code, letter.detail) for letter in found)

    def numbers(self) -> dict[str, int]:
        return stats.read_statistics(self.redis, self.engine)[stats.Where("acme", "lapsed")]

    def waiting(self) -> int:
        return self.redis.hlen("rows:lapsed") + self.redis.zcard("parked:lapsed")

    def hold(self, scope: str, name: str) -> str | None:
        hold = self.records.load().holds.get((scope, name))
        return hold and f"{hold.kind}: {hold.code}"

    def lapse(self, batch) -> list[tuple[str, int]]:
        """Let the lease of a batch run out; return what is taken back, with the new attempt."""
        self.redis.zadd(f"flying:{batch.connector}", {batch.id: 1})
        return self.lanes.leases.lapsed(batch.connector)
