"""Destinations that were removed, or moved to another connector, while batches were under way."""

import pytest

from pipeline.lanes.quota import Quota
from pipeline.records import mirror
from tests.builders import cut
from tests.deliver.environment import CONFIGURATION


def test_rows_of_a_destination_that_was_removed_become_dead_letters(environment, oracle):
    environment.receive("p1")
    environment.records.apply({**CONFIGURATION, "destinations": {}}, prune=True)
    mirror.refresh(environment.redis, environment.records)
    batch = cut(environment.lanes, Quota("-", "-", "-", limit=60_000))
    environment.delivery.deliver(batch.id, batch.attempt)

    why = "the destination was removed before the row could be sent"
    assert environment.letters() == [("p1", "Invalid", why)]
    assert environment.waiting() == 0


def die(*_):
    raise InterruptedError


def test_rows_whose_dead_letters_are_written_go_nowhere_else(environment, oracle, monkeypatch):
    """Its worker dies just then, and the destination comes back."""
    environment.receive("p1")
    environment.records.apply({**CONFIGURATION, "destinations": {}}, prune=True)
    mirror.refresh(environment.redis, environment.records)
    batch = cut(environment.lanes, Quota("-", "-", "-", limit=60_000))
    with monkeypatch.context() as patch:
        patch.setattr(environment.lanes, "settle", die)
        with pytest.raises(InterruptedError):
            environment.delivery.deliver(batch.id, batch.attempt)
    environment.configure()
    environment.redis.zadd("flying:-", {batch.id: 1})
    again = environment.lanes.leases.lapsed("-")

    for each in again:
        environment.delivery.deliver(*each)

    assert len(environment.letters()) == 1
    assert environment.waiting() == 0
    assert len(oracle.calls) == 0


def test_an_end_that_was_begun_and_not_written_down_is_an_unknown_outcome(environment, oracle):
    """Its worker dies before the dead letters, and the destination comes back."""
    environment.receive("p1")
    batch = cut(environment.lanes, environment.quota)
    assert environment.lanes.begin(batch, call=False)
    ((_, later),) = environment.lapse(batch)

    environment.delivery.deliver(batch.id, later)

    assert [code for _, code, _ in environment.letters()] == ["OutcomeUnknown"]
    assert environment.waiting() == 0
    assert "calls" not in environment.numbers()


def test_of_two_who_have_heard_of_a_batch_one_ends_it(environment, oracle, monkeypatch):
    """One takes its destination for removed, the other for moved elsewhere."""
    environment.receive("p1")
    batch = cut(environment.lanes, environment.quota)
    environment.records.apply({**CONFIGURATION, "destinations": {}}, prune=True)
    mirror.refresh(environment.redis, environment.records)
    repeat = environment.delivery._settlement.repeat

    def meanwhile(each):
        monkeypatch.undo()
        environment.records.apply({
            **CONFIGURATION,
            "connectors": {**CONFIGURATION["connectors"], "other": CONFIGURATION["connectors"]["acme"]},
            "destinations": {"lapsed": {**CONFIGURATION["destinations"]["lapsed"], "connector": "other"}},
        })  # fmt: skip
        mirror.refresh(environment.redis, environment.records)
        assert environment.delivery.deliver(batch.id, batch.attempt).text.startswith("nothing to do")
        return repeat(each)

    monkeypatch.setattr(environment.delivery._settlement, "repeat", meanwhile)
    environment.delivery.deliver(batch.id, batch.attempt)

    assert len(environment.letters()) == 1
    assert environment.waiting() == 0


def test_rows_do_not_come_straight_back_while_redis_does_not_know_where_they_go_now(environment):
    environment.receive("p1")
    batch = cut(environment.lanes, environment.quota)
    environment.records.apply({
        **CONFIGURATION,
        "connectors": {**CONFIGURATION["connectors"], "other": CONFIGURATION["connectors"]["acme"]},
        "destinations": {"lapsed": {**CONFIGURATION["destinations"]["lapsed"], "connector": "other"}},
    })  # fmt: skip

    before, _ = environment.redis.time()
    report = environment.delivery.deliver(batch.id, batch.attempt)

    assert report.text == "given back: the destination was changed"
    [(_, due_at)] = environment.redis.zrange(f"retry:acme:{batch.function}", 0, -1, withscores=True)
    assert due_at >= (before + 1) * 1000
    assert environment.waiting() == 1
