"""Entries that cannot be accepted: each ends as a dead letter, alone, and the entries after it go on."""

import json

import pytest
import sqlalchemy.exc
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.accept.acceptance import Acceptance
from pipeline.accept.intake import Intake
from pipeline.errors import Misconfigured
from pipeline.model.action import Action
from pipeline.records import mirror
from pipeline.records.catalog import Catalog
from pipeline.responsys.actions.custom_event import CustomEvent
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import Filter
from pipeline.text.escapes import escaped
from tests.accept.test_acceptance import ACME, LAPSED, LEFT, entry
from tests.builders import first_profiles

HALF = json.dumps(entry("p\ud83d"))
POISON = {
    "deep": b"[" * 1_000,
    "deep object": b'{"a":' * 3_000,
    "half a pair": HALF.encode(),
    "half a pair as bytes": HALF.replace("\\ud83d", "\ud83d").encode("utf-8", "surrogatepass"),
    "half a pair as a key": json.dumps(entry("p1", **{"\udc00": 1})).encode(),
    "half a pair as an audience": json.dumps(entry("p1", audience="\ud83d")).encode(),
    "no text": b"\xff\x00\xfe",
    "nothing": b"",
    "NUL in a destination": json.dumps(entry("p1", destination="a\x00b")).encode(),
    "digits of another script": json.dumps(entry("p1", audience="x", id="abc-\u0663-0")).encode(),
    "a long number": b'{"profile_id": ' + b"9" * 5_000 + b"}",
    "infinity": b'{"profile_id": Infinity}',
    "large": b"x" * 300_000,
}


@pytest.fixture
def catalog(redis):
    catalog = Catalog(1, {"acme": ACME}, {"lapsed": LAPSED, "left": LEFT})
    mirror.publish(redis, catalog)
    return catalog


@pytest.fixture
def acceptance(redis, engine, catalog):
    return Acceptance(Intake(redis, window=3600), engine, lambda _: catalog)


def letters(engine):
    return dead_letters.find_letters(engine, Filter(), most=2_000)


@pytest.mark.parametrize("raw", POISON.values(), ids=POISON)
def test_an_entry_that_cannot_be_read_stops_no_other(redis, engine, acceptance, raw):
    redis.rpush("intake:0", json.dumps(entry("before")), raw, json.dumps(entry("after")))

    acceptance.accept(0)

    assert first_profiles(redis) == [b"before", b"after"]
    assert redis.exists("intake:0", "intake:0:claim") == 0
    assert [(letter.code, letter.activation) for letter in letters(engine)] == [("Invalid", escaped(raw))]


def breaking(*profiles):
    """Return a method that breaks for some profiles."""

    def problem(_, activation):
        if activation.profile_id in profiles:
            raise KeyError(activation.profile_id)

    return problem


def check_rows_by(monkeypatch, problem):
    """Let ``problem`` look at each row."""
    monkeypatch.setattr(CustomEvent, "problem", problem)
    monkeypatch.setattr(CustomEvent, "problems", Action.problems)


class Killed(BaseException):
    """The end of a process."""


@pytest.mark.parametrize("position", [0, 1, 500, 999])
def test_an_entry_that_kills_its_workers_ends_alone(redis, engine, catalog, monkeypatch, position):
    """A segmentation fault or a lack of memory, which no process survives."""

    def problem(_, activation):
        if activation.profile_id == f"p{position}":
            raise Killed

    check_rows_by(monkeypatch, problem)
    redis.rpush("intake:0", *[json.dumps(entry(f"p{n}")) for n in range(1_000)])
    deaths = 0
    while redis.llen("intake:0"):
        try:
            Acceptance(Intake(redis, window=3600), engine, lambda _: catalog).accept(0)
        except Killed:
            deaths += 1
            redis.hset("intake:0:claim", "until", 1)  # the end of its lease

    assert deaths <= 12
    assert redis.hlen("rows:lapsed") == 999
    (letter,) = letters(engine)
    assert (letter.profile_id, letter.code) == (f"p{position}", "Invalid")
    assert letter.detail == "accepting it ended its worker 3 times, when it was alone"


def test_a_worker_that_lives_and_is_slow_has_not_been_killed(redis, engine, catalog):
    slow = Intake(redis, window=3600)
    slow.life.show()
    redis.rpush("intake:0", *[json.dumps(entry(f"p{n}")) for n in range(10)])
    assert len(slow.claim(0).entries) == 10
    redis.hset("intake:0:claim", "until", 1)

    assert len(Intake(redis, window=3600).claim(0).entries) == 10


@pytest.mark.parametrize("position", [0, 1, 500, 999])
def test_whatever_accepting_an_entry_raises_it_ends_alone(redis, engine, acceptance, monkeypatch, position):
    check_rows_by(monkeypatch, breaking(f"p{position}"))
    redis.rpush("intake:0", *[json.dumps(entry(f"p{n}")) for n in range(1_000)])

    while redis.exists("intake:0"):
        acceptance.accept(0)

    [letter] = letters(engine)
    assert (letter.code, letter.profile_id) == ("Invalid", f"p{position}")
    assert letter.detail == "accepting it failed (KeyError); the workers' log says where"
    assert redis.hlen("rows:lapsed") == 999
    assert f"p{position}".encode() not in first_profiles(redis)


def test_letters_of_a_claim_that_is_halved_are_kept_once(redis, engine, acceptance, monkeypatch):
    """The letters are written before the rows are added, and the halves write theirs again."""
    refused = [entry(f"r{n}", audience="unknown") for n in range(40)]
    taken = [entry(f"p{n}") for n in range(40)]
    redis.rpush("intake:0", *[json.dumps(one) for pair in zip(refused, taken, strict=True) for one in pair])
    real = Intake.accept

    def breaking(self, claim, *rest):
        if any(b'"p7"' in one for one in claim.entries) and len(claim.entries) > 1:
            raise ValueError
        return real(self, claim, *rest)

    monkeypatch.setattr(Intake, "accept", breaking)
    while redis.exists("intake:0"):
        acceptance.accept(0)

    assert sorted(letter.profile_id for letter in letters(engine)) == sorted(f"r{n}" for n in range(40))
    assert redis.hlen("rows:lapsed") == 40


def test_many_that_break_do_not_make_it_slow(redis, engine, acceptance, monkeypatch):
    """After one that stands alone, more are taken together again."""
    check_rows_by(monkeypatch, breaking(*[f"p{n}" for n in range(0, 1_000, 10)]))
    redis.rpush("intake:0", *[json.dumps(entry(f"p{n}")) for n in range(1_000)])
    rounds = 0

    while redis.exists("intake:0"):
        acceptance.accept(0)
        rounds += 1

    assert len(letters(engine)) == 100
    assert redis.hlen("rows:lapsed") == 900
    assert rounds <= 60  # one a second


@pytest.mark.parametrize(
    "error",
    [Misconfigured("no key"), sqlalchemy.exc.OperationalError("", {}, OSError()), OSError(28, "full")],
)
def test_a_store_that_is_down_makes_no_dead_letter(redis, engine, acceptance, monkeypatch, error):
    check_rows_by(monkeypatch, lambda *_: (_ for _ in ()).throw(error))
    redis.rpush("intake:0", json.dumps(entry("p1")), json.dumps(entry("p2")))

    with pytest.raises(type(error)):
        acceptance.accept(0)

    assert letters(engine) == []
    assert redis.llen("intake:0") == 2
    assert redis.hget("intake:0:claim", "size") == b"2"
    assert type(error).__name__ in redis.hget("intake:0:claim", "why").decode()


def test_records_that_cannot_be_read_make_no_dead_letter(redis, engine):
    def broken(_):
        raise KeyError

    redis.rpush("intake:0", json.dumps(entry("p1")))

    with pytest.raises(Misconfigured):
        Acceptance(Intake(redis, window=3600), engine, broken).accept(0)

    assert letters(engine) == []
    assert redis.hget("intake:0:claim", "why") == b"Misconfigured: the records cannot be read (KeyError)"


def test_a_row_in_a_key_of_another_type_ends_its_entry(redis, engine, acceptance):
    """A script that breaks off is the entry's end, too, or it would break for ever."""
    redis.set("rows:left", "not a hash")
    redis.rpush("intake:0", json.dumps(entry("p1", call_type="REMOVE")))
    redis.rpush("intake:1", json.dumps(entry("p2")))

    acceptance.accept(0, [1])

    assert redis.llen("intake:0") == 0
    assert first_profiles(redis) == [b"p2"] or redis.hlen("rows:lapsed") == 2


ANYTHING = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=100).map(str.encode),
    st.sampled_from(list(POISON.values())),
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["\ud83d"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
FIELDS = ("audience", "profile_id", "call_type", "identifiers", "variables", "occurred_at", "id", "auto_id",
          "bulk", "destination", "replay", "other")  # fmt: skip
BENT = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4).map(
    lambda changes: json.dumps({**entry("p9"), **changes}).encode()
)
CUT = st.tuples(BENT, st.integers(0, 300), st.binary(max_size=3)).map(
    lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] + 1 :]
)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(ANYTHING, BENT, CUT), min_size=1, max_size=30))
def test_any_bytes_leave_the_intake(redis, acceptance, found):
    redis.flushdb()
    mirror.publish(redis, Catalog(1, {"acme": ACME}, {"lapsed": LAPSED, "left": LEFT}))
    redis.rpush("intake:3", *found, json.dumps(entry("last")))

    for _ in range(20):
        acceptance.accept(3)

    assert redis.exists("intake:3", "intake:3:claim") == 0
    assert b"last" in first_profiles(redis)
