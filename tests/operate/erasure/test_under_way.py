"""What somebody has in hand while a person is erased."""

import json

import pytest

from pipeline.accept.intake import Intake
from pipeline.accept.routes import Routes
from pipeline.deliver.progress import Progress
from pipeline.lanes.row import read_row
from pipeline.model.activation import decode, encode
from pipeline.model.call import Rejection
from pipeline.model.shard import SHARDS
from pipeline.settle import dead_letters, ledger
from pipeline.settle.dead_letters import Filter
from pipeline.settle.ledger import BatchOutcome
from tests.builders import add_rows, begin, first_profiles
from tests.environment import ACME, LAPSED
from tests.operate.erasure.environment import TRACE, ZOE, change, places, traces
from tests.processes.environment import END_LEASES

ANN, BOB = "ann.lee", "bob.ray"
FLYING = 'a row for destination "lapsed" is in flight'


def left(erasure_environment):
    """Return what both stores hold of Zoë."""
    return traces(erasure_environment.redis, erasure_environment.engine, ZOE, TRACE)


def end_leases(erasure_environment, *states):
    erasure_environment.redis.eval(END_LEASES, 0, *states)


def claim_all(erasure_environment):
    """Claim every shard, as workers do that then fall asleep."""
    intake = Intake(erasure_environment.redis, 86400)
    return intake, [claim for shard in range(SHARDS) if (claim := intake.claim(shard))]


def delivered(erasure_environment, batch):
    """Deliver a batch and return the profiles whose rows its call had."""
    rows = begin(erasure_environment.lanes, batch)
    assert erasure_environment.lanes.settle(batch)
    return sorted(json.loads(row)["profile_id"] for _, row in rows)


def test_entries_that_are_being_accepted_are_left_for_a_moment(erasure_environment):
    erasure_environment.produce(change(ZOE))
    claim_all(erasure_environment)

    assert erasure_environment.erase().not_erased == ["changes are just being accepted"]

    end_leases(erasure_environment)
    erasure_environment.receive()
    assert places(erasure_environment.erase())["lanes", "lapsed"] == 1
    assert left(erasure_environment) == []


def test_whoever_has_read_an_entry_and_is_late_does_not_accept_it(erasure_environment):
    """His claim's lease has run out, and the entry is a tombstone."""
    erasure_environment.produce(change(ZOE))
    intake, [claim] = claim_all(erasure_environment)
    end_leases(erasure_environment)

    found = erasure_environment.erase()

    assert (places(found), found.not_erased) == ({("intake", None): 1}, [])
    assert intake.accept(claim, Routes()) is None
    erasure_environment.receive()
    assert (left(erasure_environment), erasure_environment.missing_from_books()) == ([], 0)


def test_entries_around_one_that_is_erased_keep_their_positions(erasure_environment):
    """Dead letters of a claim are known by position: none comes twice, none is taken for another."""
    bad = replace_call_type(change(BOB))
    erasure_environment.redis.rpush(
        "intake:0", *(json.dumps(each) for each in (bad, entry(ZOE), bad, entry(ANN), bad))
    )
    claim = Intake(erasure_environment.redis, 86400).claim(0)
    erasure_environment.acceptance._route(claim)
    end_leases(erasure_environment)

    erasure_environment.erase()
    erasure_environment.receive()

    assert dead_letters.count(erasure_environment.engine, Filter()) == 3
    assert first_profiles(erasure_environment.redis, "lapsed") == [ANN.encode()]


def entry(profile):
    return {"audience": "lapsed-buyers", "profile_id": profile, "call_type": "ADD",
            "identifiers": {"crm_id": f"C-{profile}"}}  # fmt: skip


def replace_call_type(activation):
    return {**entry(activation.profile_id), "call_type": "MAYBE"}


def test_nothing_is_accepted_of_a_tombstone(erasure_environment):
    erasure_environment.produce(change(ANN), change(ZOE), change(BOB))
    erasure_environment.erase()

    erasure_environment.receive()

    assert sorted(first_profiles(erasure_environment.redis, "lapsed")) == [ANN.encode(), BOB.encode()]
    assert (
        dead_letters.count(erasure_environment.engine, Filter()),
        erasure_environment.missing_from_books(),
    ) == (0, 0)


def test_a_call_that_is_out_is_left_until_its_outcome_is_known(erasure_environment):
    erasure_environment.receive(change(ANN), change(ZOE), change(ZOE, 1))
    batch = erasure_environment.cut()
    begin(erasure_environment.lanes, batch)

    found = erasure_environment.erase()

    assert (found.not_erased, erasure_environment.rows(batch)) == ([FLYING], sorted([ANN, ZOE]))
    assert places(found)["lanes", "lapsed"] == 1  # the one behind it
    assert erasure_environment.lanes.settle(batch)
    assert (left(erasure_environment), erasure_environment.erase().not_erased) == ([], [])


def test_a_row_that_is_rejected_meanwhile_is_erased_as_a_dead_letter(erasure_environment):
    erasure_environment.receive(change(ANN), change(ZOE))
    batch = erasure_environment.cut()
    rows = [read_row(name.encode(), text) for name, text in begin(erasure_environment.lanes, batch)]
    erasure_environment.erase()
    ledger.write_outcome(erasure_environment.engine, batch, "custom_event", outcome_of(rows))
    erasure_environment.lanes.settle(batch)

    found = erasure_environment.erase()

    assert places(found) == {("dead letters", "lapsed"): 1, ("outcomes", "lapsed"): 1}
    assert (left(erasure_environment), erasure_environment.missing_from_books()) == ([], 0)


def outcome_of(rows):
    return BatchOutcome.of(rows, [Rejection("NO_RECIPIENT_FOUND", "no such") for _ in rows])


def test_a_batch_that_was_claimed_just_now_is_left_to_its_worker(erasure_environment):
    erasure_environment.receive(change(ANN), change(ZOE))
    batch = erasure_environment.cut()

    assert erasure_environment.erase().not_erased == [FLYING]
    assert delivered(erasure_environment, batch) == sorted([ANN, ZOE])


def test_of_a_claimed_batch_that_nobody_took_up_the_row_is_taken_out(erasure_environment):
    """Who had read it and begins after all, may not."""
    erasure_environment.receive(change(ANN), change(ZOE), change(BOB))
    batch = erasure_environment.cut()
    end_leases(erasure_environment, "claimed")

    found = erasure_environment.erase()

    assert (found.not_erased, left(erasure_environment)) == ([], [])
    assert begin(erasure_environment.lanes, batch) == []
    assert delivered(erasure_environment, erasure_environment.cut()) == [ANN, BOB]
    assert erasure_environment.redis.hlen("rows:lapsed") == 0


def test_a_batch_of_one_is_no_more(erasure_environment):
    erasure_environment.receive(change(ZOE))
    batch = erasure_environment.cut()
    erasure_environment.lanes.retry(batch, delay=60, spend=True, refund=True)

    erasure_environment.erase()

    assert erasure_environment.lanes.read_batch(batch.id) is None
    assert (
        erasure_environment.redis.exists("flying:acme", "retry:acme:triggerCustomEvent"),
        left(erasure_environment),
    ) == (0, [])


@pytest.mark.parametrize("position", range(4))
def test_verdicts_of_earlier_steps_stay_with_their_rows(erasure_environment, position):
    others = [who if n < position else who.lower() for n, who in enumerate(("A.a", "B.b", "C.c"))]
    profiles = [*others[:position], ZOE, *others[position:]]  # rows of one moment go by name
    add_rows(erasure_environment.redis, [(who, encode(change(who))) for who in profiles])
    batch = erasure_environment.cut()
    assert erasure_environment.rows(batch) == profiles
    why = {n: Rejection("MERGEFAILED", who) for n, who in enumerate(profiles) if who in (others[1], ZOE)}
    progress = Progress(1, why, ("merge mergeListMembers",))
    erasure_environment.lanes.wait_for_step(
        batch, "triggerCustomEvent", progress.dumps(), delay=0, refund=False, outside=False
    )

    erasure_environment.erase()

    after = erasure_environment.lanes.batch(batch.id)
    assert (after.rows, erasure_environment.rows(batch)) == (3, others)
    assert Progress.loads(after.progress) == Progress(
        1, {1: Rejection("MERGEFAILED", others[1])}, progress.plan
    )
    assert left(erasure_environment) == []


def test_a_batch_whose_outcome_is_written_down_is_settled_by_that(erasure_environment):
    erasure_environment.receive(change(ANN), change(ZOE))
    batch = erasure_environment.cut()
    rows = [read_row(name.encode(), text) for name, text in begin(erasure_environment.lanes, batch)]
    erasure_environment.lanes.retry(batch, delay=60, spend=False, refund=False)
    ledger.write_outcome(erasure_environment.engine, batch, "custom_event", outcome_of(rows))

    erasure_environment.erase()
    erasure_environment.erase()

    assert (left(erasure_environment), erasure_environment.missing_from_books()) == ([], 0)
    assert [
        letter.profile_id for letter in dead_letters.find_letters(erasure_environment.engine, Filter())
    ] == [ANN]


def test_a_lane_that_is_full_no_more_waits_for_its_age(erasure_environment):
    erasure_environment.environment.apply({"acme": ACME}, {"lapsed": {**LAPSED, "max_rows": 2}})
    erasure_environment.receive(change(ANN), change(ZOE))
    assert lanes_due(erasure_environment) == 0

    erasure_environment.erase()

    assert lanes_due(erasure_environment) > 500_000


def lanes_due(erasure_environment):
    """Return how long, in ms, the only lane is due after the arrival of its oldest row."""
    [(lane, due)] = erasure_environment.redis.zrange("ready:acme:triggerCustomEvent", 0, -1, withscores=True)
    [(_, arrival)] = erasure_environment.redis.zrange(f"lane:{lane.decode()}", 0, 0, withscores=True)
    return due - arrival


def test_who_is_alike_in_name_stays(erasure_environment):
    alike = ["p-1", "p-10", "p- 1", "p-", "P-1"]
    for number in range(3):
        erasure_environment.receive(*(change(who, number) for who in alike))
    erasure_environment.produce(*map(change, alike))

    erasure_environment.erase("p-1")

    assert sorted(map(bytes.decode, first_profiles(erasure_environment.redis, "lapsed"))) == sorted(alike[1:])
    assert erasure_environment.redis.zcard("parked:lapsed") == 8
    entries = [
        raw for shard in range(SHARDS) for raw in erasure_environment.redis.lrange(f"intake:{shard}", 0, -1)
    ]
    assert sorted(decode(raw).profile_id for raw in entries if raw != b"erased") == sorted(alike[1:])


def test_a_profile_with_many_rows_is_erased_in_pieces(erasure_environment):
    erasure_environment.receive(*(change(ZOE, number) for number in range(1_700)), change(ANN))

    found = erasure_environment.erase()

    assert places(found)["lanes", "lapsed"] == 1_700
    assert (left(erasure_environment), erasure_environment.missing_from_books()) == ([], 0)


def test_a_message_in_a_workers_hands_is_left(erasure_environment):
    message = erasure_environment.post(change(ZOE))
    erasure_environment.redis.delete("activations")
    erasure_environment.redis.hset("unacked", "tag", json.dumps([json.loads(message), "", "activations"]))

    assert erasure_environment.erase().not_erased == ["a Celery message is in a worker's hands"]


def test_messages_of_other_tasks_are_none_of_ours(erasure_environment):
    erasure_environment.post(change(ZOE), task="tasks.else")
    erasure_environment.redis.lpush(
        "activations", "no JSON", json.dumps({"body": "", "properties": {}, "headers": {}})
    )

    assert places(erasure_environment.erase()) == {}
    assert erasure_environment.redis.llen("activations") == 3
