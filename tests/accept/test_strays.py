"""pipeline.accept.strays: messages that no task can run, on a real server and both databases."""

import json

import pytest

from pipeline.accept.stray_counts import stray_counts
from pipeline.accept.strays import Strays, activations_in, decoded
from pipeline.model.activation import decode
from pipeline.model.shard import shard_of
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import Filter
from tests.accept.test_acceptance import entry
from tests.cases import case


@pytest.fixture
def strays(redis):
    return Strays(redis)


def letters(engine):
    return dead_letters.find_letters(engine, Filter(), most=1_000)


def test_an_activation_without_an_envelope_goes_into_the_intake(redis, strays):
    raw = case("01-broken-message", "messages.txt").splitlines()[2]

    assert strays.take_raw(raw) == shard_of("p-1")

    (taken,) = redis.lrange(f"intake:{shard_of('p-1')}", 0, -1)
    activation = decode(taken)
    assert (activation.audience, activation.identifiers) == ("lapsed", {"crm_id": "C1"})
    assert activation.id
    assert sum(stray_counts(redis).values()) == 0


@pytest.mark.parametrize("line", [0, 1, 3])
def test_what_is_no_activation_is_counted(redis, strays, line):
    raw = case("01-broken-message", "messages.txt").splitlines()[line]

    assert strays.take_raw(raw) is None

    assert stray_counts(redis)["unreadable"] == 1
    assert redis.keys("intake:*") == []
    assert 86_000 < redis.ttl("messages") <= 86_400


@pytest.mark.parametrize(
    "raw",
    [
        json.dumps(entry("p1")).encode()[:-10],
        b'{"headers": {"task": "tasks.activation.activate"}, "body": "W1t7',
        json.dumps(entry("p1")).encode() + b"\xff",
    ],
)
def test_a_broken_activation_goes_there_to_become_a_dead_letter(redis, strays, raw):
    shard = strays.take_raw(raw)

    assert redis.lrange(f"intake:{shard}", 0, -1) == [raw]
    assert stray_counts(redis)["unreadable"] == 1


@pytest.mark.parametrize("kind", ["unknown_task", "wrong_arguments", "other_serializer", "expired"])
def test_the_one_activation_in_a_message_becomes_a_dead_letter(engine, redis, strays, kind):
    for _ in range(2):  # the message came twice
        strays.set_aside(kind, "id-1", [[{"deep": [entry("p1"), "more"]}], {}])
    strays.write_letters(engine)
    strays.write_letters(engine)

    [letter] = letters(engine)
    assert (letter.code, letter.audience, letter.profile_id) == ("Invalid", "lapsed-buyers", "p1")
    assert decode(letter.activation.encode()).identifiers == {"crm_id": "C-p1"}
    assert letter.detail.startswith("it came in a Celery message ")
    assert stray_counts(redis)[kind] == 2


@pytest.mark.parametrize("content", [None, "text", [], [entry("p1"), entry("p2")], {"profile_id": "p1"}, 7])
def test_a_message_without_exactly_one_is_only_counted(redis, strays, content):
    strays.set_aside("unknown_task", "id-1", content)

    assert stray_counts(redis)["unknown_task"] == 1
    assert redis.exists("messages:letters") == 0


def test_a_half_surrogate_in_a_stray_message_is_kept_as_it_was_written(engine, strays):
    strays.set_aside("expired", {"odd": "id \ud83d"}, [entry("p\ud83d")])
    strays.write_letters(engine)

    [letter] = letters(engine)
    assert letter.profile_id == "p\\ud83d"
    assert json.loads(letter.activation)["profile_id"] == "p\ud83d"


def test_a_message_of_any_depth_and_width_is_looked_through():
    deep = inner = []
    for _ in range(50_000):
        inner.append([])
        inner = inner[0]
    inner.append(entry("p1"))

    assert activations_in(deep) == [entry("p1")]
    assert activations_in([0] * 1_000_000) == []


@pytest.mark.parametrize(
    ("body", "content_type", "content"),
    [
        ("[1]", "application/json", [1]),
        (b"\x91\x01", "application/x-msgpack", [1]),
        (b"\x80\x04K\x01.", "application/x-python-serialize", None),
        (None, None, None),
        ("\ud83d", "application/json", None),
        ("[" * 100_000, "application/json", None),
    ],
)
def test_a_body_is_decoded_as_far_as_that_is_safe(body, content_type, content):
    assert decoded(body, content_type) == content
