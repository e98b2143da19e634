"""pipeline.accept.acceptance and pipeline.accept.intake, on a real server and both databases."""

import json
import zlib
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
import redis as redis_errors
from sqlalchemy.exc import OperationalError

from pipeline.accept.acceptance import Acceptance
from pipeline.accept.entry_ids import digest_of
from pipeline.accept.intake import MAX_WAITING_ROWS, RETRY_SECONDS, Intake
from pipeline.accept.refusals import COMMIT_SECONDS
from pipeline.accept.routes import Routes
from pipeline.lanes.lanes import Lanes
from pipeline.model.activation import decode
from pipeline.model.destination import Destination
from pipeline.produce.appender import Appender
from pipeline.records import mirror
from pipeline.records.catalog import Catalog
from pipeline.responsys.connector import ResponsysConnector
from pipeline.settle import dead_letters
from pipeline.settle import statistics as stats
from pipeline.settle.dead_letters import Filter
from pipeline.settle.replay import replay
from pipeline.stores.unready import ReadOnlyReplica
from tests.builders import QUOTA, begin, cut, first_profiles
from tests.fixtures.intake import Bell

ACME = ResponsysConnector(
    name="acme",
    title="Acme",
    username="api_user",
    password="secret",
    auth_endpoint="https://login5.responsys.net",
    profile_list="CONTACTS_LIST",
    identifier_type="crm_id",
)
LAPSED = Destination("lapsed", "lapsed-buyers", "acme", "custom_event", options={"event": "LAPSED"})
LEFT = Destination(
    "left", "lapsed-buyers", "acme", "custom_event", call_types=("REMOVE",), options={"event": "LEFT"}
)


@pytest.fixture
def catalog(redis):
    catalog = Catalog(1, {"acme": ACME}, {"lapsed": LAPSED, "left": LEFT})
    mirror.publish(redis, catalog)
    return catalog


@pytest.fixture
def intake(redis):
    return Intake(redis, window=3600)


@pytest.fixture
def acceptance(intake, engine, catalog):
    return Acceptance(intake, engine, lambda _: catalog)


def entry(profile: str = "p1", **changes: Any) -> dict[str, Any]:
    whole = {
        "audience": "lapsed-buyers",
        "profile_id": profile,
        "call_type": "ADD",
        "identifiers": {"crm_id": f"C-{profile}"},
    }
    return {**whole, **changes}


def leave(redis, *entries: dict[str, Any] | bytes) -> None:
    redis.rpush("intake:0", *[one if isinstance(one, bytes) else json.dumps(one) for one in entries])


def test_a_change_goes_to_every_destination_that_takes_its_kind(redis, acceptance):
    leave(redis, entry("p1"), entry("p2", call_type="REMOVE"))

    assert acceptance.accept(0) == "2 entries, 3 rows"
    assert first_profiles(redis) == [b"p1", b"p2"]
    assert first_profiles(redis, "left") == [b"p2"]
    assert redis.exists("intake:0", "intake:0:claim") == 0


def test_rows_lie_in_redis_as_they_were_produced(redis, acceptance):
    raw = b'{"audience": "lapsed-buyers",  "profile_id":"p1","call_type":"ADD","identifiers":{"2001":"C-1"}}'
    leave(redis, raw)
    acceptance.accept(0)

    assert redis.hvals("rows:lapsed") == [raw]


def test_a_long_shard_is_taken_a_thousand_at_a_time(redis, acceptance):
    leave(redis, *[entry(f"p{n}") for n in range(2_500)])

    assert acceptance.accept(0) == "2,500 entries, 2,500 rows"
    assert redis.hlen("rows:lapsed") == 2_500


def test_what_comes_while_others_are_accepted_is_accepted_next(redis, intake, engine, catalog):
    """Nobody rings for it: its list was not empty."""
    late = [entry("p2")]

    def meanwhile(_):
        if late:
            leave(redis, late.pop())
        return catalog

    leave(redis, entry("p1"))

    assert Acceptance(intake, engine, meanwhile).accept(0) == "2 entries, 2 rows"


def test_what_is_due_may_go_after_each_shard_that_came_to_something(redis, acceptance):
    """So that workers who deliver need not wait for the last one."""
    leave(redis, entry("p1"))
    redis.rpush("intake:5", json.dumps(entry("p2")))
    waiting = []

    acceptance.accept(0, [3, 5], lambda: waiting.append(redis.hlen("rows:lapsed")))

    assert waiting == [1, 2]


def test_an_empty_shard_is_nothing_to_do(acceptance):
    assert acceptance.accept(3) == "nothing to accept"


def test_a_shard_has_one_claim_at_a_time(redis, intake):
    """Else a profile's changes could overtake each other."""
    leave(redis, entry())

    assert intake.claim(0) is not None
    assert intake.claim(0) is None


def test_a_claim_whose_worker_died_comes_again_as_it_was(redis, intake):
    leave(redis, entry("p1"))
    first = intake.claim(0)
    leave(redis, entry("p2"))
    redis.hset("intake:0:claim", "until", 0)
    second = intake.claim(0)

    assert (second.id, second.attempt, second.entries) == (first.id, 2, first.entries)
    assert intake.accept(first, Routes()) is None


def test_what_is_not_valid_becomes_a_dead_letter_and_the_others_go_on(redis, acceptance, engine):
    leave(
        redis,
        entry("p1", identifiers={"email": "ada@example.com"}),
        entry("p2"),
        entry("p3", audience="nobody-knows"),
        entry("p4", variables={"profileId": "x"}),
        entry("p5", call_type="JOIN"),
        b"{not json",
    )

    assert acceptance.accept(0) == "6 entries, 1 row, 5 invalid"
    found = dead_letters.find_letters(engine, Filter(code="Invalid"))
    assert sorted((letter.profile_id, letter.audience, letter.destination) for letter in found) == [
        ("", "", None),
        ("p1", "lapsed-buyers", "lapsed"),
        ("p3", "nobody-knows", None),
        ("p4", "lapsed-buyers", "lapsed"),
        ("p5", "lapsed-buyers", None),
    ]
    assert "ada@example.com" not in "".join(letter.detail for letter in found)


def test_a_dead_letter_keeps_the_activation_as_it_was(redis, acceptance, engine):
    leave(redis, entry("p1", identifiers={}))
    acceptance.accept(0)

    (letter,) = dead_letters.find_letters(engine, Filter())
    assert json.loads(letter.activation) == entry("p1", identifiers={})


def test_dead_letters_are_not_doubled_when_the_worker_dies_behind_them(redis, acceptance, intake, engine):
    """They are written before the claim is dropped."""
    leave(redis, entry("p1", identifiers={}))
    claim = intake.claim(0)
    acceptance._route(claim)
    redis.hset("intake:0:claim", "until", 0)
    acceptance.accept(0)

    assert dead_letters.count(engine, Filter()) == 1
    assert stats.read_statistics(redis, engine)[stats.Where("acme", "lapsed")] == {
        "received": 1,
        "rejected:Invalid": 1,
    }


@pytest.fixture
def dies(redis, intake, engine):
    """Lets a worker die behind the dead letters of its claim; these destinations want e-mail addresses."""

    def die(*destinations: Destination) -> None:
        catalog = catalog_of(*destinations, connector=replace(ACME, identifier_type="hashed_email"))
        Acceptance(intake, engine, lambda _: catalog)._route(intake.claim(0))
        redis.hset("intake:0:claim", "until", 0)

    return die


def catalog_of(*destinations: Destination, connector: ResponsysConnector = ACME) -> Catalog:
    return Catalog(2, {"acme": connector}, {each.name: each for each in destinations})


def fates(redis, engine) -> dict[str, tuple[int, int, int]]:
    """Count what each destination received, what of that is a dead letter, and what waits."""
    received = Counter()
    for where, numbers in stats.read_statistics(redis, engine).items():
        received[where.destination] += numbers.get("received", 0)
    letters = Counter(
        letter.destination or "" for letter in dead_letters.find_letters(engine, Filter(state=None))
    )
    return {name: (received[name], letters[name], redis.hlen(f"rows:{name}")) for name in received | letters}


@pytest.mark.parametrize("chosen", [None, "order-1"])
def test_what_became_a_dead_letter_stays_one_although_it_would_be_taken_now(
    redis, intake, engine, dies, chosen
):
    """Its worker died behind the letters, and the records were changed: one row, one fate."""
    leave(redis, entry("p1", call_type="REMOVE", id=chosen))
    dies(LAPSED, LEFT)
    now = catalog_of(LAPSED, replace(LAPSED, name="copy"))

    assert Acceptance(intake, engine, lambda _: now).accept(0) == "1 entry, 1 row, 2 invalid"
    assert fates(redis, engine) == {"lapsed": (1, 1, 0), "left": (1, 1, 0), "copy": (1, 0, 1)}


@pytest.mark.parametrize("error", [redis_errors.ConnectionError, ReadOnlyReplica, redis_errors.TimeoutError])
def test_entries_are_accepted_although_redis_was_away_after_they_were_claimed(
    redis, intake, engine, monkeypatch, error
):
    """Else they would wait until the end of their lease, while no other worker may have them."""
    failures = [error("away"), error("away")]

    def seen(_, digest):
        if failures:
            raise failures.pop()
        return False

    monkeypatch.setattr(Intake, "seen", seen)
    monkeypatch.setattr("pipeline.accept.acceptance.RETRY_PAUSE", 0)
    leave(redis, entry("p1", id="order-1", identifiers={}), entry("p2", id="order-2"))
    acceptance = Acceptance(intake, engine, lambda _: catalog_of(LAPSED))

    assert acceptance.accept(0) == "2 entries, 1 row, 1 invalid"
    assert failures == []


def test_entries_that_a_store_keeps_from_being_accepted_are_tried_again_soon(redis, intake, engine):
    leave(redis, entry("p1"))

    def unreadable(_):
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    with pytest.raises(OperationalError):
        Acceptance(intake, engine, unreadable).accept(0)

    seconds, _ = redis.time()
    assert int(redis.hget("intake:0:claim", "until")) / 1000 - seconds <= RETRY_SECONDS + 1


def test_what_became_a_dead_letter_stays_one_behind_others_that_were_taken(redis, intake, engine, dies):
    leave(redis, entry("p1", identifiers={"email": "ada@example.com", "crm_id": "C-1"}), entry("p2"))
    dies(LAPSED)
    now = catalog_of(LAPSED)

    assert Acceptance(intake, engine, lambda _: now).accept(0) == "2 entries, 1 row, 1 invalid"
    assert fates(redis, engine) == {"lapsed": (2, 1, 1)}


def test_what_nobody_took_is_taken_by_nobody_when_its_claim_comes_again(redis, intake, engine, dies):
    """Its dead letter, replayed, goes to every destination there is."""
    leave(redis, entry("p1"))
    dies()
    now = catalog_of(LAPSED)

    assert Acceptance(intake, engine, lambda _: now).accept(0) == "1 entry, 0 rows, 1 invalid"
    assert fates(redis, engine) == {"": (1, 1, 0)}


def test_what_was_refused_where_it_does_not_go_any_more_is_refused_once(redis, intake, engine, dies):
    leave(redis, entry("p1"))
    dies(LAPSED)

    assert Acceptance(intake, engine, lambda _: catalog_of()).accept(0) == "1 entry, 0 rows, 1 invalid"
    assert fates(redis, engine) == {"lapsed": (1, 1, 0)}


def test_a_worker_that_is_too_slow_refuses_nothing(redis, intake, engine, monkeypatch):
    """By now another one may have its claim, and take what it would refuse."""
    leave(redis, entry("p1"))
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.accept.intake.CLAIM_LEASE", COMMIT_SECONDS - 1)
        assert Acceptance(intake, engine, lambda _: catalog_of()).accept(0) == "nothing to accept"
    redis.hset("intake:0:claim", "until", 0)

    assert Acceptance(intake, engine, lambda _: catalog_of(LAPSED)).accept(0) == "1 entry, 1 row"
    assert fates(redis, engine) == {"lapsed": (1, 0, 1)}


def test_what_a_person_has_replayed_meanwhile_is_not_taken_twice(redis, intake, engine, dies):
    leave(redis, entry("p1"))
    dies(LAPSED)
    replay(engine, Appender(redis, Bell()), Filter())
    acceptance = Acceptance(intake, engine, lambda _: catalog_of(LAPSED))

    assert acceptance.accept(0) == "1 entry, 0 rows, 1 invalid"
    assert acceptance.accept(zlib.crc32(b"p1") % 16) == "1 entry, 1 row"
    assert [letter.state for letter in dead_letters.find_letters(engine, Filter(state=None))] == ["replayed"]


def test_an_id_is_accepted_once(redis, acceptance):
    leave(redis, entry("p1", id="order-1"), entry("p1", id="order-1"), entry("p1", id="order-2"), entry("p1"))

    assert acceptance.accept(0) == "4 entries, 3 rows, 1 seen before"
    assert redis.ttl(redis.keys("seen:*")[0]) == 3600
    assert b"order" not in b"".join(redis.keys())


def test_case_03_an_id_of_another_profile_or_call_type_is_no_repeat(redis, acceptance, engine):
    """An order has a number, and may be of three people; a customer's number comes with each change."""
    leave(redis, *(entry(profile, id="77") for profile in ("p1", "p2", "p3")))
    leave(redis, entry("p1", id="77", call_type="UPDATE"), entry("p2", id="77"))

    acceptance.accept(0)

    numbers = stats.read_statistics(redis, engine)[stats.Where("acme", "lapsed")]
    assert numbers == {"received": 4, "repeated": 1}


@pytest.mark.parametrize("chosen", ["order-2026-7", "2026-11-29", "4711-1-1"])
def test_a_chosen_id_of_the_form_of_a_generated_one_may_be_of_several_people(
    redis, acceptance, engine, chosen
):
    leave(redis, *(entry(profile, id=chosen) for profile in ("p1", "p2", "p1")))

    acceptance.accept(0)

    numbers = stats.read_statistics(redis, engine)[stats.Where("acme", "lapsed")]
    assert numbers == {"received": 2, "repeated": 1}


def test_an_id_that_came_before_with_other_content_is_refused(redis, acceptance, engine):
    first, other = entry("p1", id="77"), entry("p1", id="77", variables={"tier": "gold"})
    leave(redis, first)
    acceptance.accept(0)
    leave(redis, other, first, other, entry("p1", id="78"), entry("p1", id="78", bulk=True))

    assert acceptance.accept(0) == "5 entries, 1 row, 2 invalid, 2 seen before"
    details = [letter.detail for letter in dead_letters.find_letters(engine, Filter())]
    assert details == ["an earlier activation has this id, profile and call type, but other content"] * 2
    assert stats.read_statistics(redis, engine)[stats.Where("acme", "lapsed")] == {
        "received": 4,
        "repeated": 2,
        "rejected:Invalid": 2,
    }


def test_the_second_of_two_contents_under_one_id_is_refused_once_though_the_claim_comes_again(
    redis, intake, engine, dies
):
    named = {"email": "ada@example.com", "crm_id": "C-1"}
    leave(redis, entry("p1", id="77", identifiers=named))
    leave(redis, entry("p1", id="77", identifiers=named, variables={"tier": "gold"}))
    dies(LAPSED)
    acceptance = Acceptance(intake, engine, lambda _: catalog_of(LAPSED))

    assert acceptance.accept(0) == "2 entries, 1 row, 1 invalid"
    assert fates(redis, engine) == {"lapsed": (2, 1, 1)}


def test_an_id_that_came_before_at_another_time_is_a_repeat(redis, acceptance):
    """Producers write the time of the call where a row has none, and that of a repeat is another."""
    leave(redis, entry("p1", id="77", occurred_at="2026-11-21T12:00:00Z"))
    leave(
        redis,
        entry("p1", id="77", occurred_at="2026-11-21T12:00:01Z", auto_id="abc-7-0"),
        entry("p1", id="77"),
    )

    assert acceptance.accept(0) == "3 entries, 1 row, 2 seen before"


def test_rules_of_people_ask_under_one_id_for_the_newest_content(redis, acceptance):
    leave(redis, entry("person:7", id="rule:1"), entry("person:7", id="rule:1", variables={"tier": "gold"}))

    assert acceptance.accept(0) == "2 entries, 1 row, 1 seen before"


def test_an_id_that_the_version_before_has_accepted_is_a_repeat(redis, acceptance, engine):
    redis.set(f"seen:{digest_of('order-1')}", "1")
    leave(redis, entry("p1", id="order-1"))

    acceptance.accept(0)

    assert stats.read_statistics(redis, engine)[stats.Where("acme", "lapsed")] == {"repeated": 1}


def test_an_id_of_what_is_not_valid_is_counted_once(redis, acceptance, engine):
    leave(redis, entry("p1", id="order-1", identifiers={}))
    acceptance.accept(0)
    leave(redis, entry("p1", id="order-1", identifiers={}))
    acceptance.accept(0)

    assert dead_letters.count(engine, Filter()) == 1
    assert stats.read_statistics(redis, engine)[stats.Where("acme", "lapsed")] == {
        "received": 1,
        "repeated": 1,
        "rejected:Invalid": 1,
    }


def test_a_repeat_under_a_generated_id_counts_only_when_the_first_try_failed(redis, acceptance):
    """A producer names the chunk in its ids; Redis knows the last chunk it appended."""
    redis.set("producer:abc", 7)
    leave(redis, entry("p1", id="abc-7-0"), entry("p2", id="abc-8-0"), entry("p2", id="abc-8-0"))

    assert acceptance.accept(0) == "3 entries, 1 row, 2 seen before"
    assert first_profiles(redis) == [b"p2"]


def test_a_repeat_of_what_is_not_valid_is_no_second_dead_letter(redis, acceptance, engine):
    """Under a generated id it is known by its chunk."""
    redis.set("producer:abc", 7)
    leave(redis, entry("p1", id="abc-7-0", identifiers={}))

    assert acceptance.accept(0) == "1 entry, 0 rows, 1 seen before"
    assert dead_letters.count(engine, Filter()) == 0


def test_a_backfill_waits_in_a_lane_of_its_own(redis, acceptance):
    leave(redis, entry("p1", bulk=True), entry("p2"))
    acceptance.accept(0)

    assert redis.smembers("lanes:lapsed") == {b"lapsed/all", b"lapsed/all+bulk"}


@pytest.mark.parametrize("first", [True, False])
def test_a_profile_keeps_its_order_also_between_lanes(redis, acceptance, first):
    leave(redis, entry("p1", bulk=first), entry("p1", bulk=not first), entry("p1", id="last"))
    acceptance.accept(0)

    lanes = Lanes(redis)
    lanes.flush("lapsed")
    sent = []
    for _ in range(3):
        batch = cut(lanes, QUOTA)
        sent += [decode(row) for _, row in begin(lanes, batch)]
        lanes.settle(batch)
    assert [(one.bulk, one.id) for one in sent] == [(first, None), (not first, None), (False, "last")]


def test_what_is_received_is_counted_by_destination(redis, acceptance, engine):
    leave(redis, entry("p1"), entry("p2", call_type="REMOVE"), entry("p3", audience="unknown"))
    acceptance.accept(0)

    assert stats.read_statistics(redis, engine) == {
        stats.Where("acme", "lapsed"): {"received": 2},
        stats.Where("acme", "left"): {"received": 1},
        stats.Where("", ""): {"received": 1, "rejected:Invalid": 1},
    }


def test_a_message_is_left_in_the_shard_of_its_profile_under_its_own_id(redis, intake):
    shard = intake.append_raw(entry("p-1"), "message-1")

    assert shard == zlib.crc32(b"p-1") % 16
    assert json.loads(redis.lindex(f"intake:{shard}", 0)) == {**entry("p-1"), "id": "message-1"}
    intake.append_raw(entry("p-1", id="mine"), "message-2")
    assert json.loads(redis.lindex(f"intake:{shard}", 1))["id"] == "mine"


@pytest.mark.parametrize("nonsense", [None, [], "text", {"profile_id": 7}])
def test_a_message_that_makes_no_sense_becomes_a_dead_letter(redis, intake, acceptance, engine, nonsense):
    acceptance.accept(intake.append_raw(nonsense, "message-1"))

    assert dead_letters.count(engine, Filter(code="Invalid")) == 1


@pytest.fixture
def once_an_hour(redis, intake, engine):
    """Accepts for a destination that takes a profile once an hour."""
    destination = Destination(
        "welcome", "welcome", "acme", "custom_event", options={"event": "WELCOME", "dedupe": 3600}
    )
    catalog = Catalog(1, {"acme": ACME}, {"welcome": destination})
    mirror.publish(redis, catalog)
    return Acceptance(intake, engine, lambda _: catalog)


def test_a_profile_that_enters_again_too_soon_is_taken_once(redis, once_an_hour, engine):
    leave(
        redis,
        entry("p1", audience="welcome"),
        entry("p1", audience="welcome"),
        entry("p2", audience="welcome"),
    )

    assert once_an_hour.accept(0) == "3 entries, 2 rows, 1 coalesced"
    leave(redis, entry("p1", audience="welcome"))
    assert once_an_hour.accept(0) == "1 entry, 0 rows, 1 coalesced"
    assert stats.read_statistics(redis, engine)[stats.Where("acme", "welcome")] == {
        "received": 4,
        "coalesced": 2,
    }
    assert b"p1" not in b"".join(redis.keys("entered:*"))


def test_a_replay_is_taken_although_its_profile_entered_before(redis, once_an_hour):
    """A person has decided on it."""
    leave(redis, entry("p1", audience="welcome"))
    once_an_hour.accept(0)
    leave(redis, entry("p1", audience="welcome", replay="letter", destination="welcome"))

    assert once_an_hour.accept(0) == "1 entry, 1 row"


def test_a_replay_stays_that_of_its_destination_although_that_was_removed(redis, acceptance, engine):
    """Else its next replay would go to every destination of the audience."""
    leave(redis, entry("p1", replay="letter", destination="gone"))
    acceptance.accept(0)

    (letter,) = dead_letters.find_letters(engine, Filter())
    assert (letter.destination, letter.code) == ("gone", "Invalid")
    assert letter.detail == 'destination "gone" does not take it any more'


@pytest.fixture
def full(redis):
    redis.config_set("maxmemory", 1)
    yield
    redis.config_set("maxmemory", 0)


def test_a_full_server_keeps_in_the_intake_what_would_only_wait_elsewhere(redis, acceptance, full):
    """It would take more room there, once for each destination."""
    for start in range(0, MAX_WAITING_ROWS, 1000):
        redis.hset("rows:lapsed", mapping={f"p{n}": "row" for n in range(start, start + 1000)})
    leave(redis, entry())

    assert acceptance.accept(0) == "nothing to accept"
    assert redis.llen("intake:0") == 1

    redis.hdel("rows:lapsed", "p0")
    assert acceptance.accept(0) == "1 entry, 1 row"


def test_a_full_server_takes_in_what_will_be_sent_next(redis, acceptance, full):
    leave(redis, entry())

    assert acceptance.accept(0) == "1 entry, 1 row"
