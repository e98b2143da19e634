"""The producer, on a real server."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from itertools import count

import pytest

import pipeline
from pipeline.produce.producer import AppendFailed, Invalid, Producer, UnknownAudience
from pipeline.produce.report import MOST_ERRORS
from pipeline.stores.doorbell import RINGS

NOBODY = "redis://127.0.0.1:1"


def rows(number, **fields):
    return [
        {"audience": "lapsed-buyers", "profile_id": f"p-{n}", "call_type": "ADD", **fields}
        for n in range(number)
    ]


@pytest.fixture
def producer(server_url, entries, bell):
    with Producer(server_url, bell=bell) as producer:
        yield producer


def test_it_is_imported_from_the_package():
    assert pipeline.Producer is Producer
    with pytest.raises(AttributeError):
        pipeline.Consumer  # noqa: B018


def test_one_profile_is_activated(producer, entries):
    identity = producer.activate(
        "lapsed-buyers",
        profile_id="p-1",
        call_type="ADD",
        identifiers={"27": 123},
        variables={"tier": "gold"},
        occurred_at=datetime(2026, 11, 21, 12, tzinfo=UTC),
    )

    [entry] = entries()
    assert (entry.auto_id, entry.identifiers, entry.variables) == (
        identity,
        {"riid": "123"},
        {"tier": "gold"},
    )
    assert entry.occurred_at == datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_an_id_of_ones_own_is_returned(producer, entries):
    assert producer.activate("lapsed-buyers", profile_id="p-1", call_type="ADD", id="order-7") == "order-7"
    assert [entry.id for entry in entries()] == ["order-7"]


def test_a_bad_activation_is_refused(producer, entries):
    with pytest.raises(Invalid) as caught:
        producer.activate("lapsed-buyers", profile_id="", call_type="add")

    assert caught.value.messages == {
        "profile_id": ["This must not be empty."],
        "call_type": ["This must be ADD, UPDATE or REMOVE, in capitals."],
    }
    assert entries() == []


def test_an_unknown_audience_is_refused(producer, entries):
    with pytest.raises(UnknownAudience, match='there is no audience "laped-buyers"'):
        producer.activate("laped-buyers", profile_id="p-1", call_type="ADD")

    assert entries() == []


def test_many_rows_are_activated(producer, entries):
    report = producer.activate_many(iter(rows(1_234)))

    assert (report.accepted, report.refused, report.errors, report.ids) == (1_234, 0, [], [])
    assert len(entries()) == 1_234


def test_ids_are_reported_when_asked_for(producer, entries):
    report = producer.activate_many([*rows(2), {**rows(1)[0], "id": "order-7"}], ids=True)

    assert sorted(report.ids) == sorted(entry.id or entry.auto_id for entry in entries())


def test_bad_rows_are_reported_by_index_and_the_others_accepted(producer, entries):
    good = rows(2)
    bad = {**good[0], "variables": {"a": []}}
    elsewhere = {**good[0], "audience": "laped-buyers"}

    report = producer.activate_many([good[0], bad, elsewhere, good[1], "text"])

    assert (report.accepted, report.refused) == (2, 3)
    assert [index for index, _ in report.errors] == [1, 2, 4]
    assert [list(messages) for _, messages in report.errors] == [["variables"], ["audience"], ["_schema"]]
    assert entries.profiles() == ["p-0", "p-1"]


def test_rows_need_not_name_the_audience_that_is_given(producer, entries):
    unnamed = {"profile_id": "p-9", "call_type": "ADD"}

    report = producer.activate_many(
        [unnamed, *rows(1), {**unnamed, "audience": "new-buyers"}], audience="lapsed-buyers"
    )

    assert report.errors == [(2, {"audience": ['This row is for another audience than "lapsed-buyers".']})]
    assert entries.profiles() == ["p-0", "p-9"]
    assert unnamed == {"profile_id": "p-9", "call_type": "ADD"}


def test_an_unknown_audience_for_all_rows_is_refused_at_once(producer):
    with pytest.raises(UnknownAudience):
        producer.activate_many(rows(1), audience="laped-buyers")


def test_bulk_rows_say_so(producer, entries):
    producer.activate_many(rows(1), bulk=True)

    assert [entry.bulk for entry in entries()] == [True]


def test_progress_counts_refused_rows_too(producer):
    seen = []

    producer.activate_many([*rows(700), *rows(400, call_type="add")], progress=seen.append)

    assert seen == [500, 1_000, 1_100]


def test_errors_kept_are_bounded(producer):
    report = producer.activate_many({} for _ in range(MOST_ERRORS + 1))

    assert (len(report.errors), report.refused) == (MOST_ERRORS, MOST_ERRORS + 1)


def test_errors_can_be_taken_as_they_come(producer):
    seen = []

    report = producer.activate_many([{}, *rows(1)], on_error=lambda index, messages: seen.append(index))

    assert (seen, report.errors, report.refused) == ([0], [], 1)


def test_rows_are_read_chunk_by_chunk(producer, entries):
    """An iterable may be endless; what was given before it breaks off is in the intake."""

    def endless():
        for n in count():
            if n == 1_001:
                assert len(entries()) == 1_000
                raise OSError("the disk is gone")
            yield rows(1, profile_id=f"p-{n}")[0]

    with pytest.raises(OSError, match="the disk is gone"):
        producer.activate_many(endless())

    assert len(entries()) == 1_001


def test_workers_are_called_to_some_shards_and_not_for_every_chunk(producer, entries, bell):
    """Who comes goes on with the other shards."""
    producer.activate_many(rows(3_000))

    assert 1 <= len(bell.rung) <= 2 * RINGS


def test_workers_that_keep_up_are_called_again_after_so_many_rows(producer, redis, bell, monkeypatch):
    """With nothing but a time between two rings they would be idle in between."""
    monkeypatch.setattr("pipeline.produce.many.RING_EVERY", 3600)

    def accepted():
        for n, row in enumerate(rows(16_500)):
            if n % 500 == 0:
                redis.delete(*[f"intake:{shard}" for shard in range(16)])
            yield row

    producer.activate_many(accepted())

    assert len(bell.rung) == 3 * RINGS  # for the first rows, and twice for 8,000 more


def test_a_failure_half_way_says_how_far_it_got(wire, entries, bell):
    with Producer(wire.url, bell=bell, patience=0) as producer:
        producer.activate("lapsed-buyers", profile_id="first", call_type="ADD")

        def breaking():
            yield from rows(500)
            wire.lose_answers(99)
            yield from rows(2)

        with pytest.raises(AppendFailed) as caught:
            producer.activate_many(breaking())
        wire.lose_answers(0)
        repeated = producer.append(caught.value.activations)

    assert caught.value.report.accepted == 500
    assert repeated == caught.value.ids
    assert len(repeated) == 2


def test_without_a_server_the_caller_learns_it():
    with (
        Producer(NOBODY, bell=None, patience=0) as producer,
        pytest.raises(AppendFailed, match="the Redis server cannot be reached"),
    ):
        producer.activate("lapsed-buyers", profile_id="p-1", call_type="ADD", id="order-7")


def test_lingering_rows_are_held_and_flushed_in_order(server_url, entries, bell):
    with Producer(server_url, linger=600, bell=bell) as producer:
        producer.activate("lapsed-buyers", profile_id="p-1", call_type="ADD")
        assert (producer.held, entries()) == (1, [])

        producer.activate_many(rows(1, profile_id="p-1", call_type="REMOVE"))
        assert producer.held == 0

    assert [entry.call_type for entry in entries()] == ["ADD", "REMOVE"]


def test_the_embedded_server_is_used_when_none_is_configured(tmp_path, monkeypatch):
    monkeypatch.setenv("ACTIVATION_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ACTIVATION_BROKER_URL", raising=False)

    with Producer() as producer, pytest.raises(UnknownAudience):
        producer.activate("lapsed-buyers", profile_id="p-1", call_type="ADD")


LEAVE_WITHOUT_CLOSING = """
import sys
from pipeline import Producer
producer = Producer(sys.argv[1], linger=600)
for n in range(3):
    producer.activate("lapsed-buyers", profile_id=f"p-{n}", call_type="ADD")
"""

FORK = """
import os, sys
from pipeline import Producer

def activate(profile):
    producer.activate("lapsed-buyers", profile_id=profile, call_type="ADD")

linger = float(sys.argv[2]) or None
producer = Producer(sys.argv[1], linger=linger)
activate("before")
child = os.fork()
for n in range(3):
    activate(f"{'parent' if child else 'child'}-{n}")
producer.close()
if not child:
    os._exit(0)
os.waitpid(child, 0)
"""


def run(program, *args):
    subprocess.run([sys.executable, "-c", program, *args], check=True, timeout=60, env={**os.environ})


def test_leaving_without_closing_flushes(server_url, entries):
    run(LEAVE_WITHOUT_CLOSING, server_url)

    assert entries.profiles() == ["p-0", "p-1", "p-2"]


@pytest.mark.parametrize("linger", ["0", "600"])
def test_a_fork_neither_loses_nor_doubles_anything(server_url, entries, linger):
    """A web server may load the application before it forks; both would go on with the same numbers."""
    run(FORK, server_url, linger)

    assert entries.profiles() == [
        "before", "child-0", "child-1", "child-2", "parent-0", "parent-1", "parent-2",
    ]  # fmt: skip


def test_order_is_kept_over_any_number_of_chunks(producer, entries):
    producer.activate_many(rows(1, profile_id="p-1", variables={"n": n})[0] for n in range(1_700))

    assert [entry.variables["n"] for entry in entries()] == list(range(1_700))
