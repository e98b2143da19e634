"""Case 04: profiles that share a recipient, row by row from producer to batch."""

import json
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random

import pytest

from pipeline.accept.acceptance import Acceptance
from pipeline.accept.intake import Intake
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.quota import Quota
from pipeline.model.activation import encode, from_mapping
from pipeline.produce.appender import Appender
from pipeline.produce.files import read
from pipeline.produce.producer import Producer
from pipeline.settle.dead_letters import DeadLetter, Filter, count, store
from pipeline.settle.replay import replay
from tests.builders import texts_of
from tests.environment import ACME
from tests.fixtures.intake import Bell

CASE = Path(__file__).parent / "04-one-person-twice" / "twice.csv"
AUDIENCE = "lapsed-buyers"
EVENT = {"audience": AUDIENCE, "connector": "acme", "action": "custom_event", "event": "LAPSED"}
EMAIL = {"audience": AUDIENCE, "connector": "acme", "action": "campaign_email", "campaign": "WELCOME"}
EXPORT = {
    "audience": AUDIENCE, "connector": "acme", "action": "audience_export",
    "identifiers": {"email": "EMAIL_ADDRESS_"}, "match_column_1": "EMAIL_ADDRESS_",
    "columns": {"tier": {"column": "TIER"}},
}  # fmt: skip
FUNCTIONS = {
    "custom_event": "triggerCustomEvent", "campaign_email": "mergeTriggerEmail",
    "audience_export": "mergeListMembers",
}  # fmt: skip


class Road:
    """The way of rows from the intake to batches of one destination."""

    def __init__(self, environment, destination):
        environment.apply({"acme": {**ACME, "identifier_type": "hashed_email"}}, {"one": destination})
        self.redis, self.engine = environment.redis, environment.engine
        self.lanes = Lanes(self.redis)
        self.quota = Quota("acme", FUNCTIONS[destination["action"]], "account", 100, limit=100_000)
        intake = Intake(self.redis, window=3600)
        self.acceptance = Acceptance(intake, environment.engine, lambda _: environment.catalog)

    def send(self, *rows):
        """Produce rows and accept them, one at a time, so that their order is known."""
        with Producer("redis://", bell=Bell()) as producer:
            for row in rows:
                producer.activate_many([{"call_type": "ADD", **row}], audience=AUDIENCE)
                self.accept()

    def accept(self):
        """Accept what waits in the intake."""
        for shard in range(16):
            self.acceptance.accept(shard)
        self.lanes.flush("one")

    def batch(self):
        """Claim the next batch and return it with its activations."""
        self.lanes.flush("one")
        claimed = self.lanes.claim(self.quota)
        if not isinstance(claimed, tuple):
            return None, []
        batch, rows = self.lanes.read_batch(claimed[0])
        return batch, [json.loads(row) for _, row in texts_of(rows)]

    def drain(self):
        """Settle batch by batch; return the rows of each."""
        batches = []
        while (found := self.batch())[0]:
            batches.append(found[1])
            assert self.lanes.settle(found[0])
        return batches


@pytest.fixture
def road(empty_environment, monkeypatch):
    monkeypatch.setattr("pipeline.produce.producer.connect", lambda *_, **__: empty_environment.redis)
    return lambda destination: Road(empty_environment, destination)


def profiles(rows):
    return sorted(row["profile_id"] for row in rows)


@pytest.mark.parametrize("destination", [EVENT, EMAIL], ids=["custom_event", "campaign_email"])
def test_two_profiles_of_one_address_go_in_two_calls_and_hold_up_no_other(road, destination):
    with CASE.open("rb") as file:
        rows = [line.row for line in read(file)]
    way = road(destination)
    way.send(*rows)

    first, flying = way.batch()
    _, meanwhile = way.batch()
    assert way.lanes.settle(first)

    assert (profiles(flying), meanwhile) == (["p-1", "p-3"], [])
    assert [profiles(each) for each in way.drain()] == [["p-2"]]


@pytest.mark.parametrize("destination", [EVENT, EMAIL], ids=["custom_event", "campaign_email"])
def test_what_an_earlier_version_sent_in_one_call_is_delivered_when_it_is_replayed(road, destination):
    """Both were refused as one person twice; replayed, they used to go into one call again, for ever."""
    with CASE.open("rb") as file:
        twins = [from_mapping({"audience": AUDIENCE, "call_type": "ADD", **line.row}) for line in read(file)][
            :2
        ]
    way = road(destination)
    code = "MULTIPLE_RECIPIENTS_FOUND"
    letters = [
        DeadLetter(f"letter-{n}", "acme", "one", AUDIENCE, each.profile_id, code, "", encode(each).decode())
        for n, each in enumerate(twins)
    ]
    with way.engine.begin() as connection:
        store(connection, letters)

    assert replay(way.engine, Appender(way.redis, Bell()), Filter()) == (2, 0)
    way.accept()

    assert [profiles(each) for each in way.drain()] == [["p-1"], ["p-2"]]
    assert count(way.engine, Filter()) == 0


def test_the_newest_state_of_an_address_is_sent_last_whichever_profile_brought_it(road):
    now, random, rows = datetime.now(UTC), Random(4), []
    for number, profile in product(range(20), ("a", "b")):
        newer = (number % 2 == 0) == (profile == "a")
        rows.append({
            "profile_id": f"{profile}-{number}",
            "identifiers": {"email": f"{'U' if newer else 'u'}ser{number}@example.com"},
            "variables": {"tier": "newer" if newer else "older"},
            "occurred_at": (now - timedelta(minutes=5 if newer else 50)).isoformat(),
        })  # fmt: skip
    random.shuffle(rows)
    way = road(EXPORT)
    way.send(*rows)

    sent, batches = {}, way.drain()

    for batch in batches:
        addresses = [row["identifiers"]["email"].lower() for row in batch]
        assert len(set(addresses)) == len(addresses)
        sent |= {address: row["variables"]["tier"] for address, row in zip(addresses, batch, strict=True)}
    assert list(sent.values()) == ["newer"] * 20


def test_a_state_of_two_lines_waits_for_both(road):
    """A profile whose address becomes another's, while rows of both wait."""
    way = road(EXPORT)
    first = {"profile_id": "p-1", "identifiers": {"email": "one@example.com"}, "variables": {"tier": "a"}}
    second = {"profile_id": "p-2", "identifiers": {"email": "two@example.com"}, "variables": {"tier": "b"}}
    way.send(first, second)
    flying, _ = way.batch()
    way.send({**second, "identifiers": {"email": "One@example.com"}, "variables": {"tier": "c"}})

    _, meanwhile = way.batch()
    assert way.lanes.settle(flying)

    assert (meanwhile, [profiles(each) for each in way.drain()]) == ([], [["p-2"]])
    assert not [*way.redis.scan_iter("gates:*"), *way.redis.scan_iter("company:*")]
