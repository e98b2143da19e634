"""An environment whose stores hold a person everywhere, and a search for remains of that person."""

import base64
import json
from collections.abc import Iterable, Iterator
from hashlib import sha1
from typing import Any
from zlib import crc32

import redis as redis_py
from sqlalchemy import Engine, select

from pipeline.accept.acceptance import Acceptance
from pipeline.accept.intake import Intake
from pipeline.lanes.batch import Batch
from pipeline.lanes.quota import Quota
from pipeline.model.activation import Activation, encode
from pipeline.model.shard import SHARDS
from pipeline.operate.erasure.erasure import Erasure
from pipeline.operate.erasure.found import Found
from pipeline.settle import dead_letters
from pipeline.settle import statistics as stats
from pipeline.settle.dead_letters import Filter
from pipeline.stores import tables
from pipeline.stores.database import reading
from schemas.configuration import ConfigurationSchema
from tests.builders import cut, texts_of
from tests.environment import ACME, LAPSED, Environment

ZOE = 'Zoë "p-7" *?[\\] 日'  # a profile with all that an id may hold
TRACE = "zoe-was-here"
EVENTS = Quota("acme", "triggerCustomEvent", "account", limit=60_000, utilisation=1.0)
LIST = {
    "audience": "lapsed-buyers",
    "connector": "acme",
    "action": "audience_export",
    "identifiers": {"crm_id": "CUSTOMER_ID_"},
    "match_column_1": "CUSTOMER_ID_",
    "columns": {"tier": "TIER"},
}


def change(profile: str, number: int = 0, **more: Any) -> Activation:
    """Make an activation; whatever is personal in it is the mark for Zoë."""
    mark = TRACE if profile == ZOE else profile
    return Activation(
        audience="lapsed-buyers",
        profile_id=profile,
        call_type="ADD",
        identifiers={"crm_id": f"C-{mark}"},
        variables={"tier": mark, "number": number},
        **more,
    )


class ErasureEnvironment:
    """Both stores, with an event and a list for one audience."""

    def __init__(self, environment: Environment, **destinations: Any) -> None:
        self.environment = environment
        self.redis, self.engine, self.lanes = environment.redis, environment.engine, environment.lanes
        chosen = destinations or {"lapsed": LAPSED, "list": LIST}
        records = ConfigurationSchema().load({"connectors": {"acme": ACME}, "destinations": chosen})
        environment.apply(records["connectors"], records["destinations"])
        self.acceptance = Acceptance(Intake(self.redis, 86400), self.engine, lambda _: environment.catalog)

    def produce(self, *changes: Activation) -> None:
        """Leave changes in the intake."""
        for each in changes:
            self.redis.rpush(f"intake:{crc32(each.profile_id.encode()) % SHARDS}", encode(each))

    def receive(self, *changes: Activation) -> None:
        """Leave changes in the intake and accept all that is there."""
        self.produce(*changes)
        for shard in range(SHARDS):
            self.acceptance.accept(shard)

    def cut(self, destination: str = "lapsed", quota: Quota = EVENTS) -> Batch:
        """Claim what waits for a destination."""
        self.lanes.flush(destination)
        return cut(self.lanes, quota)

    def post(self, activation: Activation, task: str = "tasks.activation.activate") -> str:
        """Send a Celery message, as any client writes it; return it."""
        body = json.dumps([[json.loads(encode(activation))], {}, {}]).encode()
        message = {
            "body": base64.b64encode(body).decode(),
            "headers": {"task": task},
            "properties": {"body_encoding": "base64"},
        }
        self.redis.lpush("activations", json.dumps(message))
        return json.dumps(message)

    def erase(self, profile: str = ZOE) -> Found:
        """Erase a profile, and wait for nothing."""
        return Erasure(self.redis, self.engine).erase(profile, deadline=0)

    def rows(self, batch: Batch) -> list[str]:
        """Return whose rows a batch holds."""
        found = self.lanes.read_batch(batch.id)
        return sorted(json.loads(row)["profile_id"] for _, row in texts_of(found[1])) if found else []

    def missing_from_books(self, destination: str = "lapsed") -> int:
        """Return by how much more was received than is accounted for."""
        numbers = stats.read_statistics(self.redis, self.engine).get(stats.Where("acme", destination), {})
        fates = sum(numbers.get(name, 0) for name in ("sent", "unchanged", "removed", "coalesced", "erased"))
        letters = dead_letters.count(self.engine, Filter(destination=destination, state=None))
        letters -= dead_letters.count(self.engine, Filter(destination=destination, state="replayed"))
        waiting = self.redis.hlen(f"rows:{destination}") + self.redis.zcard(f"parked:{destination}")
        return numbers.get("received", 0) - fates - letters - waiting


def places(found: Found) -> dict[tuple[str, str | None], int]:
    """Return where something was."""
    return {(place.name, place.destination): amount for place, amount in found.counts.items()}


def traces(client: redis_py.Redis, engine: Engine, *words: str) -> list[str]:
    """Name the keys and columns that hold one of the words, or its digest, each as often as it does."""
    needles = {needle for word in words for needle in spelled(word)}
    texts = [*in_redis(client), *in_sql(engine)]
    return sorted(place for place, text in texts if any(needle in text for needle in needles))


def spelled(word: str) -> Iterable[str]:
    escaped = json.dumps(word)[1:-1]
    """Write a word in every way that JSON, also in JSON, may have it."""
    yield from (word, escaped, json.dumps(word, ensure_ascii=False)[1:-1], json.dumps(escaped)[1:-1])
    yield sha1(word.encode()).hexdigest()


def in_redis(client: redis_py.Redis) -> Iterator[tuple[str, str]]:
    """Give every key with itself and with each of its values."""
    read = {
        b"string": lambda key: [client.get(key)],
        b"hash": lambda key: [part for pair in client.hgetall(key).items() for part in pair],
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": lambda key: list(client.smembers(key)),
        b"zset": lambda key: client.zrange(key, 0, -1),
        b"stream": lambda key: [json.dumps(str(client.xrange(key)))],
        b"none": lambda _: [],  # it was there a moment ago
    }
    for key in client.scan_iter():
        for value in [key, *read[client.type(key)](key)]:
            if value is not None:
                yield key.decode(), plain(value)


def plain(value: bytes) -> str:
    """Write a value as text, a Celery message with its body decoded."""
    text = value.decode("utf-8", "replace")
    try:
        found = json.loads(text)
        message = found[0] if isinstance(found, list) else found
        return text + base64.b64decode(message["body"]).decode()
    except (ValueError, TypeError, KeyError, IndexError):
        return text


def in_sql(engine: Engine) -> Iterator[tuple[str, str]]:
    """Give every column with each of its values."""
    with reading(engine) as connection:
        for table in tables.metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                for column, value in row.items():
                    yield f"{table.name}.{column}", str(value)
