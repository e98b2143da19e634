"""What somebody has in hand while a person is erased."""

import json

import pytest

from pipeline.accept.intake import Intake
from pipeline.accept.routes import Routes
from pipeline.deliver.progress import Progress
from pipeline.model.activation import decode, encode
from pipeline.model.call import Rejection
from pipeline.model.shard import SHARDS
from pipeline.settle import dead_letters, ledger
from pipeline.settle.dead_letters import Filter
from pipeline.settle.ledger import BatchOutcome, Row
from tests.builders import add_rows, begin, first_profiles
from tests.environment import ACME, LAPSED
from tests.operate.erasure.scene import TRACE, ZOE, change, places, traces
from tests.processes.environment import END_LEASES

ANN, BOB = "ann.lee", "bob.ray"
FLYING = 'a row for destination "lapsed" is in flight'


def left(scene):
    """Return what both stores hold of Zoë."""
    return traces(scene.redis, scene.engine, ZOE, TRACE)


def end_leases(scene, *states):
    scene.redis.eval(END_LEASES, 0, *states)


def claim_all(scene):
    """Claim every shard, as workers do that then fall asleep."""
    intake = Intake(scene.redis, 86400)
    return intake, [claim for shard in range(SHARDS) if (claim := intake.claim(shard))]


def delivered(scene, batch):
    """Deliver a batch and return the profiles whose rows its call had."""
    rows = begin(scene.lanes, batch)
    assert scene.lanes.settle(batch)
    return sorted(json.loads(row)["profile_id"] for _, row in rows)


def test_entries_that_are_being_accepted_are_left_for_a_moment(scene):
    scene.produce(change(ZOE))
    claim_all(scene)

    assert scene.erase().not_erased == ["changes are just being accepted"]

    end_leases(scene)
    scene.receive()
    assert places(scene.erase())["lanes", "lapsed"] == 1
    assert left(scene) == []


def test_whoever_has_read_an_entry_and_is_late_does_not_accept_it(scene):
    """His claim's lease has run out, and the entry is a tombstone."""
    scene.produce(change(ZOE))
    intake, [claim] = claim_all(scene)
    end_leases(scene)

    found = scene.erase()

    assert (places(found), found.not_erased) == ({("intake", None): 1}, [])
    assert intake.accept(claim, Routes()) is None
    scene.receive()
    assert (left(scene), scene.missing_from_books()) == ([], 0)


def test_entries_around_one_that_is_erased_keep_their_positions(scene):
    """Dead letters of a claim are known by position: none comes twice, none is taken for another."""
    bad = replace_call_type(change(BOB))
    scene.redis.rpush("intake:0", *(json.dumps(each) for each in (bad, entry(ZOE), bad, entry(ANN), bad)))
    claim = Intake(scene.redis, 86400).claim(0)
    scene.acceptance._keep_letters(claim)
    end_leases(scene)

    scene.erase()
    scene.receive()

    assert dead_letters.count(scene.engine, Filter()) == 3
    assert first_profiles(scene.redis, "lapsed") == [ANN.encode()]


def entry(profile):
    return {"audience": "lapsed-buyers", "profile_id": profile, "call_type": "ADD",
            "identifiers": {"crm_id": f"C-{profile}"}}  # fmt: skip


def replace_call_type(activation):
    return {**entry(activation.profile_id), "call_type": "MAYBE"}


def test_nothing_is_accepted_of_a_tombstone(scene):
    scene.produce(change(ANN), change(ZOE), change(BOB))
    scene.erase()

    scene.receive()

    assert sorted(first_profiles(scene.redis, "lapsed")) == [ANN.encode(), BOB.encode()]
    assert (dead_letters.count(scene.engine, Filter()), scene.missing_from_books()) == (0, 0)


def test_a_call_that_is_out_is_left_until_its_outcome_is_known(scene):
    scene.receive(change(ANN), change(ZOE), change(ZOE, 1))
    batch = scene.cut()
    begin(scene.lanes, batch)

    found = scene.erase()

    assert (found.not_erased, scene.rows(batch)) == ([FLYING], sorted([ANN, ZOE]))
    assert places(found)["lanes", "lapsed"] == 1  # the one behind it
    assert scene.lanes.settle(batch)
    assert (left(scene), scene.erase().not_erased) == ([], [])


def test_a_row_that_is_rejected_meanwhile_is_erased_as_a_dead_letter(scene):
    scene.receive(change(ANN), change(ZOE))
    batch = scene.cut()
    rows = [Row.read(*row) for row in begin(scene.lanes, batch)]
    scene.erase()
    ledger.write_outcome(scene.engine, batch, "custom_event", outcome_of(rows))
    scene.lanes.settle(batch)

    found = scene.erase()

    assert places(found) == {("dead letters", "lapsed"): 1, ("outcomes", "lapsed"): 1}
    assert (left(scene), scene.missing_from_books()) == ([], 0)


def outcome_of(rows):
    return BatchOutcome.of(rows, [Rejection("NO_RECIPIENT_FOUND", "no such") for _ in rows])


def test_a_batch_that_was_claimed_just_now_is_left_to_its_worker(scene):
    scene.receive(change(ANN), change(ZOE))
    batch = scene.cut()

    assert scene.erase().not_erased == [FLYING]
    assert delivered(scene, batch) == sorted([ANN, ZOE])


def test_of_a_claimed_batch_that_nobody_took_up_the_row_is_taken_out(scene):
    """Who had read it and begins after all, may not."""
    scene.receive(change(ANN), change(ZOE), change(BOB))
    batch = scene.cut()
    end_leases(scene, "claimed")

    found = scene.erase()

    assert (found.not_erased, left(scene)) == ([], [])
    assert begin(scene.lanes, batch) == []
    assert delivered(scene, scene.cut()) == [ANN, BOB]
    assert scene.redis.hlen("rows:lapsed") == 0


def test_a_batch_of_one_is_no_more(scene):
    scene.receive(change(ZOE))
    batch = scene.cut()
    scene.lanes.retry(batch, delay=60, spend=True, refund=True)

    scene.erase()

    assert scene.lanes.read_batch(batch.id) is None
    assert (scene.redis.exists("flying:acme", "retry:acme:triggerCustomEvent"), left(scene)) == (0, [])


@pytest.mark.parametrize("position", range(4))
def test_verdicts_of_earlier_steps_stay_with_their_rows(scene, position):
    others = [who if n < position else who.lower() for n, who in enumerate(("A.a", "B.b", "C.c"))]
    profiles = [*others[:position], ZOE, *others[position:]]  # rows of one moment go by name
    add_rows(scene.redis, [(who, encode(change(who))) for who in profiles])
    batch = scene.cut()
    assert scene.rows(batch) == profiles
    why = {n: Rejection("MERGEFAILED", who) for n, who in enumerate(profiles) if who in (others[1], ZOE)}
    progress = Progress(1, why, ("merge mergeListMembers",))
    scene.lanes.wait_for_step(
        batch, "triggerCustomEvent", progress.dumps(), delay=0, refund=False, outside=False
    )

    scene.erase()

    after = scene.lanes.batch(batch.id)
    assert (after.rows, scene.rows(batch)) == (3, others)
    assert Progress.loads(after.progress) == Progress(
        1, {1: Rejection("MERGEFAILED", others[1])}, progress.plan
    )
    assert left(scene) == []


def test_a_batch_whose_outcome_is_written_down_is_settled_by_that(scene):
    scene.receive(change(ANN), change(ZOE))
    batch = scene.cut()
    rows = [Row.read(*row) for row in begin(scene.lanes, batch)]
    scene.lanes.retry(batch, delay=60, spend=False, refund=False)
    ledger.write_outcome(scene.engine, batch, "custom_event", outcome_of(rows))

    scene.erase()
    scene.erase()

    assert (left(scene), scene.missing_from_books()) == ([], 0)
    assert [letter.profile_id for letter in dead_letters.find_letters(scene.engine, Filter())] == [ANN]


def test_a_lane_that_is_full_no_more_waits_for_its_age(scene):
    scene.environment.apply({"acme": ACME}, {"lapsed": {**LAPSED, "max_rows": 2}})
    scene.receive(change(ANN), change(ZOE))
    assert lanes_due(scene) == 0

    scene.erase()

    assert lanes_due(scene) > 500_000


def lanes_due(scene):
    """Return how long, in ms, the only lane is due after the arrival of its oldest row."""
    [(lane, due)] = scene.redis.zrange("ready:acme:triggerCustomEvent", 0, -1, withscores=True)
    [(_, arrival)] = scene.redis.zrange(f"lane:{lane.decode()}", 0, 0, withscores=True)
    return due - arrival


def test_who_is_alike_in_name_stays(scene):
    alike = ["p-1", "p-10", "p- 1", "p-", "P-1"]
    for number in range(3):
        scene.receive(*(change(who, number) for who in alike))
    scene.produce(*map(change, alike))

    scene.erase("p-1")

    assert sorted(map(bytes.decode, first_profiles(scene.redis, "lapsed"))) == sorted(alike[1:])
    assert scene.redis.zcard("parked:lapsed") == 8
    entries = [raw for shard in range(SHARDS) for raw in scene.redis.lrange(f"intake:{shard}", 0, -1)]
    assert sorted(decode(raw).profile_id for raw in entries if raw != b"erased") == sorted(alike[1:])


def test_a_profile_with_many_rows_is_erased_in_pieces(scene):
    scene.receive(*(change(ZOE, number) for number in range(1_700)), change(ANN))

    found = scene.erase()

    assert places(found)["lanes", "lapsed"] == 1_700
    assert (left(scene), scene.missing_from_books()) == ([], 0)


def test_a_message_in_a_workers_hands_is_left(scene):
    message = scene.post(change(ZOE))
    scene.redis.delete("activations")
    scene.redis.hset("unacked", "tag", json.dumps([json.loads(message), "", "activations"]))

    assert scene.erase().not_erased == ["a Celery message is in a worker's hands"]


def test_messages_of_other_tasks_are_none_of_ours(scene):
    scene.post(change(ZOE), task="tasks.else")
    scene.redis.lpush("activations", "no JSON", json.dumps({"body": "", "properties": {}, "headers": {}}))

    assert places(scene.erase()) == {}
    assert scene.redis.llen("activations") == 3
