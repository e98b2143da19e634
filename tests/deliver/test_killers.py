"""Batches that kill their workers before the call begins: the row at fault ends alone, the rest is sent."""

import json

import pytest

from pipeline.lanes.lanes import Lanes
from pipeline.responsys.actions.custom_event import CustomEvent
from pipeline.settle.dead_letters import Filter, find_letters
from pipeline.stores.life import Life
from tests.builders import cut
from tests.deliver.environment import EVENT, answer, read


class Killed(BaseException):
    """The end of a process, as by a segmentation fault or a lack of memory."""


@pytest.fixture
def sent(oracle):
    """The customer ids of all events that were sent."""
    found = []

    def take(request):
        people = [one["recipient"]["customerId"] for one in read(request)["recipientData"]]
        found.extend(people)
        return 200, {}, json.dumps(answer(*[None] * len(people)))

    oracle.add_callback("POST", EVENT, take)
    return found


def as_worker(environment, name):
    """Let the environment's worker have a name, and no sign of life."""
    delivery = environment.delivery
    environment.lanes = delivery._lanes = delivery._jobs._lanes = Lanes(environment.redis, worker=name)


def deliver_until_settled(environment, most=40):
    """Deliver as one worker after the other; return how many were killed."""
    deaths = 0
    for n in range(most):
        if not environment.waiting():
            return deaths
        as_worker(environment, f"worker {n}")
        environment.due()
        batch = cut(environment.lanes, environment.quota)
        try:
            environment.delivery.deliver(batch.id, batch.attempt)
        except Killed:
            deaths += 1
            assert environment.lapse(batch) == []  # nothing was sent
    raise AssertionError("rows that never leave")


@pytest.mark.parametrize("position", [0, 7, 19])
def test_a_row_that_kills_its_workers_ends_alone(environment, sent, monkeypatch, position):
    def problems(_, rows):
        if any(row.profile_id == f"p{position}" for row in rows):
            raise Killed
        return {}

    monkeypatch.setattr(CustomEvent, "problems", problems)
    environment.receive(*[f"p{n}" for n in range(20)])

    assert deliver_until_settled(environment) <= 9
    assert sorted(sent) == sorted(f"C-p{n}" for n in range(20) if n != position)
    assert environment.letters() == [(f"p{position}", "Invalid", "its worker ended 3 times before its call")]


def test_the_letter_keeps_the_row_and_its_audience(environment, sent, monkeypatch):
    def problems(*_):
        raise Killed

    monkeypatch.setattr(CustomEvent, "problems", problems)
    environment.receive("p1")
    deliver_until_settled(environment)

    (letter,) = find_letters(environment.engine, Filter())
    assert (letter.audience, json.loads(letter.activation)["identifiers"]) == (
        "lapsed-buyers",
        {"crm_id": "C-p1"},
    )


def test_a_row_that_is_given_up_unread_is_asked_nothing(environment, monkeypatch):
    """Its action could not answer: what it needs of the row was not read."""

    def problems(*_):
        raise Killed

    def steps(*_):
        raise KeyError("email")

    monkeypatch.setattr(CustomEvent, "problems", problems)
    monkeypatch.setattr(CustomEvent, "steps", steps)
    monkeypatch.setattr(CustomEvent, "sends_email", True)
    environment.receive("p1")

    assert deliver_until_settled(environment) == 3
    assert environment.letters() == [("p1", "Invalid", "its worker ended 3 times before its call")]


def test_a_worker_that_lives_and_is_slow_has_not_been_killed(environment):
    environment.receive("p1", "p2")
    life = Life(environment.redis)
    life.show()
    as_worker(environment, life.worker)
    batch = cut(environment.lanes, environment.quota)
    environment.lanes.read_batch(batch.id, deliver=True)

    environment.lapse(batch)
    assert environment.lanes.batch(batch.id).deaths == 0


def test_a_batch_without_a_worker_has_killed_none(environment):
    """Its doorbell was lost, or all workers were busy."""
    as_worker(environment, "killed")
    environment.receive("p1", "p2")
    batch = cut(environment.lanes, environment.quota)

    environment.lapse(batch)
    assert environment.lanes.batch(batch.id).deaths == 0


def test_the_worker_that_had_a_batch_before_its_last_try_is_forgotten(environment):
    environment.receive("p1", "p2")
    as_worker(environment, "killed")
    batch = cut(environment.lanes, environment.quota)
    environment.lanes.read_batch(batch.id, deliver=True)
    environment.lapse(batch)
    batch = cut(environment.lanes, environment.quota)

    environment.lapse(batch)
    assert environment.lanes.batch(batch.id).deaths == 1


def test_a_batch_that_was_claimed_while_another_was_settled_is_known_to_be_in_hand(environment):
    environment.receive("p1", "p2")
    as_worker(environment, "killed")
    batch = environment.lanes.claim(environment.quota, read=True)

    environment.lapse(batch.contents[0])
    assert environment.lanes.batch(batch.batch).deaths == 1


def test_halves_of_a_batch_give_its_permit_back(environment, sent):
    environment.receive("p1", "p2")
    batch = cut(environment.lanes, environment.quota)
    assert len(environment.redis.keys("calls:*")) == 1
    environment.redis.hset(f"batch:{batch.id}", "deaths", 2)
    as_worker(environment, "next")

    environment.delivery.deliver(batch.id, batch.attempt)
    assert environment.redis.keys("calls:*") == []
    assert deliver_until_settled(environment) == 0
    assert sorted(sent) == ["C-p1", "C-p2"]
