"""State actions: one waiting row per profile, the newest value of every field."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from pipeline.accept.acceptance import Acceptance
from pipeline.accept.intake import Intake
from pipeline.lanes.batch import Batch
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.quota import Quota
from pipeline.model.action import Action, Step
from pipeline.model.activation import Activation, decode, encode
from pipeline.model.call import Call
from pipeline.model.destination import Destination
from pipeline.records import mirror
from pipeline.records.catalog import Catalog
from pipeline.responsys import actions
from pipeline.settle import dead_letters
from pipeline.settle import statistics as stats
from pipeline.settle.dead_letters import Filter
from tests.accept.test_acceptance import ACME
from tests.builders import texts_of

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Merge(Action):
    """Merges members; a call holds rows with the same variables and the same kind of change."""

    name = "merge"
    coalesces = True
    functions = ("mergeListMembers", "deleteProfileExtensionMembers")

    def problem(self, activation: Activation) -> str | None:
        return None if activation.identifiers else "no identifier"

    def shape(self, activation: Activation) -> str:
        return " ".join([activation.call_type, *sorted(activation.variables)])

    def steps(self, rows: Sequence[Activation]) -> tuple[Step, ...]:
        function = self.functions[1 if rows[0].call_type == "REMOVE" else 0]
        return (
            Step(
                "merge", function, lambda rows: Call(function, "/"), lambda rows, answer: [None] * len(rows)
            ),
        )


class Environment:
    def __init__(self, redis, engine) -> None:
        self.redis, self.engine = redis, engine
        self.catalog = Catalog(1, {"acme": ACME}, {"members": Destination("members", "vip", "acme", "merge")})
        mirror.publish(redis, self.catalog)
        self.lanes = Lanes(redis)
        self.acceptance = Acceptance(Intake(redis, 3600), engine, lambda _: self.catalog)

    def receive(self, *entries: Activation) -> str:
        self.redis.rpush("intake:0", *[encode(entry) for entry in entries])
        return self.acceptance.accept(0)

    def cut(self, function: str = "mergeListMembers") -> tuple[Batch, list[Activation]] | None:
        claimed = self.lanes.claim(Quota("acme", function, "account", 100, limit=60_000, utilisation=1.0))
        if not isinstance(claimed, tuple):
            return None
        batch, rows = self.lanes.read_batch(claimed[0])
        return batch, [decode(row) for _, row in texts_of(rows)]

    def waiting(self) -> list[Activation]:
        """Send what waits, batch by batch, and return it."""
        self.lanes.flush("members")
        found = []
        for function in Merge.functions:
            while cut := self.cut(function):
                found += cut[1]
                self.lanes.settle(cut[0])
                self.lanes.flush("members")
        return found

    def numbers(self) -> dict[str, int]:
        return stats.read_statistics(self.redis, self.engine)[stats.Where("acme", "members")]


@pytest.fixture
def environment(redis, engine, monkeypatch):
    monkeypatch.setitem(actions.ACTIONS._places, "merge", f"{__name__}:Merge")
    return Environment(redis, engine)


def change(profile: str = "p1", minute: int = 0, **fields: Any) -> Activation:
    whole = Activation(
        audience="vip",
        profile_id=profile,
        call_type="ADD",
        identifiers={"crm_id": f"C-{profile}"},
        occurred_at=NOON + timedelta(minutes=minute),
    )
    return msgspec.structs.replace(whole, **fields)


def test_a_newer_change_lies_over_the_one_that_waits(environment):
    environment.receive(change(variables={"tier": "gold", "points": 1}))
    environment.receive(change(minute=1, variables={"points": 2}, call_type="UPDATE"))

    (row,) = environment.waiting()
    assert (row.call_type, row.variables) == ("UPDATE", {"tier": "gold", "points": 2})
    assert environment.numbers() == {"received": 2, "coalesced": 1}


def test_an_older_change_that_comes_late_changes_nothing(environment):
    environment.receive(change(minute=5, variables={"points": 2}))
    environment.receive(change(variables={"points": 1, "tier": "gold"}))

    (row,) = environment.waiting()
    assert row.variables == {"points": 2}


def test_changes_of_one_claim_become_one_row(environment):
    assert environment.receive(change(), change(minute=1), change("p2"), change(minute=2)) == (
        "4 entries, 2 rows, 2 coalesced"
    )
    assert sorted(row.profile_id for row in environment.waiting()) == ["p1", "p2"]


def test_an_older_change_does_not_undo_a_newer_one_that_was_sent(environment):
    environment.receive(change(minute=5, call_type="REMOVE"))
    environment.waiting()
    assert environment.receive(change()) == "1 entry, 0 rows, 1 coalesced"

    assert environment.waiting() == []
    assert environment.numbers() == {"received": 2, "coalesced": 1}


def test_no_field_of_an_older_change_is_sent_with_a_newer_one_of_the_same_claim(environment):
    environment.receive(change(minute=10, variables={"tier": "gold"}))
    assert len(environment.waiting()) == 1
    environment.receive(
        change(minute=5, variables={"tier": "silver"}), change(minute=12, variables={"points": 7})
    )

    (row,) = environment.waiting()
    assert row.variables == {"points": 7}
    assert environment.numbers() == {"received": 3, "coalesced": 1}


def test_what_does_not_say_when_it_happened_counts_as_new(environment):
    environment.receive(change(minute=5))
    environment.waiting()
    environment.receive(change(occurred_at=None, call_type="REMOVE"))

    assert [row.call_type for row in environment.waiting()] == ["REMOVE"]


@pytest.mark.parametrize("late", [False, True])
def test_joining_and_leaving_end_in_the_newest_state_in_any_order(environment, late):
    entering, leaving = change(), change(minute=1, call_type="REMOVE")
    for one in (leaving, entering) if late else (entering, leaving):
        environment.receive(one)

    assert [row.call_type for row in environment.waiting()] == ["REMOVE"]


def test_rows_of_three_column_sets_are_three_batches(environment):
    environment.receive(
        change("a", variables={"x": 1}), change("b", variables={"y": 1}), change("c", variables={"x": 1})
    )
    environment.receive(change("d", variables={"x": 1, "y": 1}))
    environment.lanes.flush("members")

    batches = [environment.cut(), environment.cut(), environment.cut()]
    assert sorted(sorted(row.profile_id for row in rows) for _, rows in batches) == [["a", "c"], ["b"], ["d"]]
    assert environment.cut() is None


def test_a_row_that_moves_to_another_lane_keeps_its_arrival(environment):
    environment.receive(change(variables={"x": 1}))
    ((_, arrival),) = environment.redis.zrange(lane(environment), 0, -1, withscores=True)
    environment.receive(change(minute=1, variables={"y": 1}))

    assert environment.redis.zrange(lane(environment), 0, -1, withscores=True) == [(b"p1", arrival)]


def lane(environment) -> str:
    (name,) = environment.redis.smembers("lanes:members")
    return f"lane:{name.decode()}"


def test_while_a_row_is_in_flight_the_changes_behind_it_become_one(environment):
    environment.receive(change(variables={"x": 1}))
    environment.lanes.flush("members")
    batch, _ = environment.cut()
    environment.receive(change(minute=1, variables={"x": 2}))
    environment.receive(change(minute=2, variables={"y": 3}))
    assert environment.cut() is None
    environment.lanes.settle(batch)

    (row,) = environment.waiting()
    assert row.variables == {"x": 2, "y": 3}
    assert environment.numbers() == {"received": 3, "coalesced": 1}


def test_a_change_overtakes_none_when_the_row_in_flight_has_come_back(environment):
    """As when its destination is paused: two rows wait then, and the newest is laid over the later one."""
    environment.receive(change(variables={"x": 1}))
    environment.lanes.flush("members")
    batch, _ = environment.cut()
    environment.receive(change(minute=1, variables={"x": 2, "y": 2}))
    environment.lanes.settle(batch, [0])
    environment.receive(change(minute=2, variables={"x": 3}))

    assert [row.variables for row in environment.waiting()] == [{"x": 1}, {"x": 3, "y": 2}]


def test_a_row_that_was_sent_meanwhile_is_not_sent_again(environment):
    """Between the look at what waits and the accepting script, another worker may claim it."""
    environment.receive(change(variables={"x": 1}))
    claim = environment.acceptance._intake.claim
    environment.redis.rpush("intake:0", encode(change(minute=1, variables={"y": 2})))
    taken = claim(0)
    router = environment.acceptance._route(taken)
    states = [
        row
        for way, found in router.state_changes.by_destination.values()
        for row in environment.acceptance._state_rows(router, way, found)
    ]
    environment.lanes.flush("members")
    batch, _ = environment.cut()
    environment.lanes.settle(batch)
    environment.acceptance._intake.accept(taken, router.routes, states)

    assert [row.variables for row in environment.waiting()] == [{"y": 2}]


def test_a_repeat_under_the_same_id_is_not_laid_over_anything(environment):
    first, other = (change(minute=value, id="one", variables={"x": value}) for value in (1, 2))
    environment.receive(first)

    assert environment.receive(other) == "1 entry, 0 rows, 1 invalid"
    assert environment.receive(first) == "1 entry, 0 rows, 1 seen before"
    assert [row.variables for row in environment.waiting()] == [{"x": 1}]


def test_an_activation_with_an_id_goes_to_every_destination_of_its_audience(environment):
    others = {name: Destination(name, "vip", "acme", "merge") for name in ("members", "others")}
    environment.catalog = Catalog(2, {"acme": ACME}, others)
    mirror.publish(environment.redis, environment.catalog)

    assert environment.receive(change(id="one", variables={"x": 1})) == "1 entry, 2 rows"
    assert (environment.redis.hlen("rows:members"), environment.redis.hlen("rows:others")) == (1, 1)


def test_what_is_invalid_becomes_a_dead_letter(environment):
    environment.receive(change(identifiers={}), change("p2"))

    assert [letter.profile_id for letter in dead_letters.find_letters(environment.engine, Filter())] == ["p1"]
    assert environment.numbers() == {"received": 2, "rejected:Invalid": 1}
    assert [row.profile_id for row in environment.waiting()] == ["p2"]


def test_nothing_is_left_behind(environment):
    environment.receive(change("a"), change("b"), change("a", minute=1))
    environment.waiting()

    left = {key.decode() for key in environment.redis.scan_iter() if not key.startswith(b"newest:")}
    left -= {"limit:account:mergeListMembers", "calls:account:mergeListMembers"}
    assert left == {
        "destination:members",
        "destinations",
        "audiences",
        "connector:acme",
        "catalog",
        "ways",
        "sequence",
        "counters",
    }
