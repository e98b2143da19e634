"""Appending to the intake, on a real server."""

from datetime import UTC, datetime
from zlib import crc32

import pytest
from msgspec.structs import replace
from redis.exceptions import AuthenticationError, OutOfMemoryError, ResponseError

from pipeline.model.activation import Activation
from pipeline.produce.appender import Appender, AppendFailed, explain, is_passing
from pipeline.produce.chunk import MAX_BYTES, Timestamps
from pipeline.produce.series import SeriesPool
from pipeline.stores.broker import connect
from pipeline.stores.doorbell import RINGS
from pipeline.stores.unready import BusyWithScript, ReadOnlyReplica

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def row(profile="p-1", **fields):
    return Activation("lapsed-buyers", profile, "ADD", **fields)


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def appender(redis, bell, pauses):
    return Appender(redis, bell, clock=Timestamps(NOON.timestamp), sleep=pauses.append)


@pytest.fixture
def far_appender(wire, bell, pauses, appender):
    """One whose answers may get lost; the script is on the server already."""
    appender.append([row("first")])
    with connect(wire.url) as client:
        yield Appender(client, bell, sleep=pauses.append)


def test_an_entry_gets_an_id_and_a_time(appender, entries):
    [identity] = appender.append([row()])

    assert entries() == [row(auto_id=identity, occurred_at=NOON)]


def test_an_id_and_a_time_of_the_producers_own_are_kept(appender, entries):
    earlier = datetime(2026, 1, 1, tzinfo=UTC)

    assert appender.append([row(id="order-7", occurred_at=earlier)], bulk=True) == ["order-7"]
    assert entries() == [row(id="order-7", occurred_at=earlier, bulk=True)]


def test_generated_ids_name_the_producer_the_chunk_and_the_place(appender, redis):
    first = appender.append([row("p-1"), row("p-2")])
    second = appender.append([row("p-3")])

    [producer] = [key.decode().removeprefix("producer:") for key in redis.keys("producer:*")]
    assert first + second == [f"{producer}-1-0", f"{producer}-1-1", f"{producer}-2-0"]
    assert redis.get(f"producer:{producer}") == b"2"
    assert 86_000 < redis.ttl(f"producer:{producer}") <= 86_400


def test_an_entry_is_what_was_activated(appender, entries):
    """Its time and its id are put at the end of JSON that is written already."""
    told = row("p-é😀", identifiers={"email": "ada@example.com"}, variables={"it": 'a "}\n\x01 ü', "n": 1.5})

    [identity] = appender.append([told], bulk=True)

    assert entries() == [replace(told, auto_id=identity, occurred_at=NOON, bulk=True)]


def test_a_profile_always_goes_to_the_same_shard(appender, redis):
    appender.append([row("p-1", variables={"n": n}) for n in range(3)])

    assert redis.llen(f"intake:{crc32(b'p-1') % 16}") == 3


def test_the_order_of_a_profile_is_kept(appender, entries):
    appender.append([row("p-1", variables={"n": n}) for n in range(1_200)])

    assert [entry.variables["n"] for entry in entries()] == list(range(1_200))


def test_only_shards_that_were_empty_are_rung(appender, bell):
    """A bell costs as much as a hundred rows, and whoever accepts a shard goes on until it is empty."""
    appender.append([row("p-1"), row("p-1")])
    appender.append([row("p-1")])

    assert bell.rung == [crc32(b"p-1") % 16]


def test_of_many_shards_some_are_rung_and_not_always_the_same(appender, bell):
    """While producers are faster than workers, those that are never rung for would wait for ever."""
    for _ in range(60):
        appender.ring(range(16))

    assert (len(bell.rung), set(bell.rung)) == (60 * RINGS, set(range(16)))


def test_large_activations_make_smaller_chunks(appender):
    large = row(variables={"it": "x" * 60_000})

    ids = appender.append([large] * 40)

    assert {identity.split("-")[1] for identity in ids} == {"1", "2", "3"}
    assert MAX_BYTES < 18 * 60_000


def test_appending_nothing_asks_the_server_nothing(appender, redis):
    assert appender.append([]) == []
    assert redis.keys() == []


def test_a_lost_answer_does_not_double_anything(far_appender, wire, entries, pauses):
    wire.lose_answers(2)

    ids = far_appender.append([row("p-1"), row("p-2")])

    assert len(pauses) == 2
    assert entries.profiles() == ["first", "p-1", "p-2"]
    assert {entry.auto_id for entry in entries()} > set(ids)


def test_a_repeat_rings_for_all_its_shards(far_appender, wire, entries, bell):
    """Whether they were empty before the first try nobody knows any more."""
    bell.rung.clear()
    wire.lose_answers(1)

    far_appender.append([row("p-1")])

    assert bell.rung == [crc32(b"p-1") % 16]


def test_when_no_answer_comes_the_caller_learns_the_ids(far_appender, wire, entries, pauses):
    wire.lose_answers(99)

    with pytest.raises(AppendFailed, match="the Redis server cannot be reached") as caught:
        far_appender.append([row("p-1"), row("p-2", id="order-7")])

    assert len(pauses) == 3
    assert [entry.id for entry in caught.value.activations] == caught.value.ids
    assert caught.value.ids[1] == "order-7"
    assert entries.profiles() == ["first", "p-1", "p-2"]


def test_what_failed_is_what_may_be_in_the_intake(far_appender, wire, entries):
    wire.lose_answers(99)

    with pytest.raises(AppendFailed) as caught:
        far_appender.append([row("p-1", variables={"n": n}) for n in range(3)], bulk=True)

    there = [entry for entry in entries() if entry.profile_id == "p-1"]
    assert caught.value.activations == [replace(entry, id=entry.auto_id, auto_id=None) for entry in there]


def test_what_failed_can_be_appended_again_with_its_ids(far_appender, wire, entries):
    wire.lose_answers(99)
    with pytest.raises(AppendFailed) as caught:
        far_appender.append([row("p-1")])
    wire.lose_answers(0)

    ids = far_appender.append(caught.value.activations)

    assert ids == caught.value.ids
    assert [(entry.id, entry.auto_id) for entry in entries() if entry.profile_id == "p-1"] == [
        (None, ids[0]),
        (ids[0], None),
    ]


def test_a_series_in_doubt_is_not_used_again(far_appender, wire, redis):
    """Its next number would make the chunk in doubt look appended, and its repeat would be dropped."""
    wire.lose_answers(99)
    with pytest.raises(AppendFailed) as caught:
        far_appender.append([row("p-1")])
    wire.lose_answers(0)

    [identity] = far_appender.append([row("p-2")])

    assert identity.split("-")[0] != caught.value.ids[0].split("-")[0]


def test_the_failure_of_one_chunk_names_all_that_were_not_appended(far_appender, wire, entries):
    wire.lose_answers(99)

    with pytest.raises(AppendFailed) as caught:
        far_appender.append([row(f"p-{n}") for n in range(700)])

    assert len(caught.value.activations) == 700
    assert len(entries()) == 501


def test_a_server_without_memory_is_waited_for(redis, bell, entries):
    appender = Appender(redis, bell, sleep=lambda _: redis.config_set("maxmemory", 0))
    redis.config_set("maxmemory", 1)

    appender.append([row("p-1")])

    assert entries.profiles() == ["p-1"]


def test_a_server_that_stays_without_memory_is_named(appender, redis, entries):
    redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(AppendFailed, match=r"out of memory.*raise its maxmemory"):
            appender.append([row("p-1")])
    finally:
        redis.config_set("maxmemory", 0)

    assert entries() == []


def test_a_refusal_for_good_is_not_repeated(appender, redis, pauses):
    redis.set(f"intake:{crc32(b'p-1') % 16}", "not a list")

    with pytest.raises(AppendFailed, match="WRONGTYPE"):
        appender.append([row("p-1")])

    assert pauses == []


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (ReadOnlyReplica("a replica"), True),
        (OutOfMemoryError("OOM"), True),
        (BusyWithScript("Redis is busy running a script"), True),
        (ResponseError("WRONGTYPE"), False),
        (AuthenticationError("invalid password"), False),
    ],
)
def test_some_errors_pass_and_others_do_not(error, passes):
    assert is_passing(error) is passes
    assert explain(error).startswith("the Redis server ")


def test_the_clock_never_goes_back():
    """Else a change could count as older than one before it."""
    times = iter([NOON, NOON.replace(hour=11), NOON.replace(hour=13)])
    clock = Timestamps(lambda: next(times).timestamp())

    assert [clock.text() for _ in range(3)] == [f'"2026-11-21T{hour}:00:00Z"' for hour in (12, 12, 13)]


def test_the_clock_stands_still_for_less_than_an_append_takes():
    times = iter([0.0, 0.00009, 0.0001])
    clock = Timestamps(lambda: NOON.timestamp() + next(times))

    assert [clock.text() for _ in range(3)] == [
        '"2026-11-21T12:00:00Z"', '"2026-11-21T12:00:00Z"', '"2026-11-21T12:00:00.000100Z"',
    ]  # fmt: skip


def test_a_series_is_lent_to_one_chunk_at_a_time():
    numbers = SeriesPool()
    first, second = numbers.take(), numbers.take()
    numbers.give_back(first)

    assert first.producer != second.producer
    assert numbers.take() is first
    assert first.number == 2


def test_a_patient_appender_waits_until_there_is_room(redis, bell, entries, pauses):
    def sleep(pause):
        pauses.append(pause)
        if len(pauses) == 20:
            redis.config_set("maxmemory", 0)

    redis.config_set("maxmemory", 1)
    Appender(redis, bell, patience=100, sleep=sleep).append([row("p-1")])

    assert len(pauses) == 20
    assert entries.profiles() == ["p-1"]


def test_an_appender_without_patience_tries_once(redis, bell, pauses):
    redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(AppendFailed):
            Appender(redis, bell, patience=0, sleep=pauses.append).append([row("p-1")])
    finally:
        redis.config_set("maxmemory", 0)

    assert pauses == []


def test_a_backfill_leaves_the_last_of_the_memory_to_real_time_changes(redis, bell, entries):
    appender = Appender(redis, bell, patience=0)
    redis.config_set("maxmemory", redis.info("memory")["used_memory"] * 10 // 9)
    try:
        with pytest.raises(AppendFailed, match=r"nearly out of memory.*for real-time changes"):
            appender.append([row("p-1")], bulk=True)
        appender.append([row("p-2")])
    finally:
        redis.config_set("maxmemory", 0)
    appender.append([row("p-3")], bulk=True)

    assert entries.profiles() == ["p-2", "p-3"]
