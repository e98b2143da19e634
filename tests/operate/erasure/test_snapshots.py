"""A person is erased while a snapshot is taken in, or after one was interrupted."""

import pytest

from pipeline.operate.erasure.erasure import Erasure
from pipeline.produce.appender import AppendFailed
from pipeline.snapshots import parts
from pipeline.snapshots.sending import Sending
from pipeline.snapshots.turns import turn
from pipeline.stores.broker import connect
from tests.operate.erasure.scene import places, traces
from tests.snapshots.house import House, member

BUSY = 'a snapshot of audience "lapsed-buyers" is being taken in'
INTERRUPTED = "the last `activation sync lapsed-buyers` was interrupted, and must be run again first"
PROFILES = ["profile-00", "profile-03", "profile-05", "profile-10"]  # not found by chance in sealed secrets


@pytest.fixture
def house(redis, engine, records):
    """A house with one destination."""
    return House(redis, engine, records)


def erase(house, profile):
    return Erasure(house.redis, house.engine).erase(profile, deadline=0)


def test_who_was_erased_enters_anew_when_the_next_snapshot_has_them(house):
    house.sync(member("ann"), member("zoe"))
    house.taken()

    assert places(erase(house, "zoe")) == {("last sent", "lapsed"): 1}
    house.sync(member("ann"), member("zoe"))

    assert house.sent() == [("lapsed", "ADD", "zoe")]


def test_who_was_erased_and_is_missing_does_not_leave(house):
    house.sync(member("ann"), member("zoe"))
    house.taken()

    erase(house, "zoe")
    house.sync(member("ann"))

    assert house.sent() == []


def test_a_run_that_somebody_is_at_is_left_alone(house):
    house.sync(member("zoe"))
    house.taken()

    with turn(house.engine, "lapsed-buyers"):
        found = erase(house, "zoe")
        assert erase(house, "ann").left == []

    assert (places(found), found.left, house.members()) == ({}, [BUSY], ["zoe"])
    assert erase(house, "zoe").left == []
    assert house.members() == []


def interrupt(house, wire, monkeypatch, notes, *rows):
    """Lose the answers of Redis for good after so many pages have been noted."""
    store, left = parts.store, iter(range(notes))

    def noting(connection, stored):
        store(connection, stored)
        if next(left, None) is None:
            wire.lose_answers(99)

    monkeypatch.setattr(parts, "store", noting)
    with connect(wire.url) as client, pytest.raises(AppendFailed):
        house.sync(*rows, client=client)
    monkeypatch.setattr(parts, "store", store)
    wire.lose_answers(0)


@pytest.mark.parametrize("notes", range(3))
@pytest.mark.parametrize("who", PROFILES)
def test_an_interrupted_run_still_sends_every_change_once(house, small_pages, wire, monkeypatch, notes, who):
    """Chunks are known by their numbers: with one row less another row would be taken for appended."""
    rows = [member(f"profile-{n:02}") for n in range(11)]
    interrupt(house, wire, monkeypatch, notes, *rows)
    sent = house.sent()

    found = erase(house, who)
    house.sync(*rows, agree=lambda _: True)

    assert found.left == [INTERRUPTED]
    sent += house.sent()
    assert sorted(profile for _, _, profile in sent) == [row["profile_id"] for row in rows]
    assert erase(house, who).left == []
    assert traces(house.redis, house.engine, who) == []


@pytest.mark.parametrize("who", PROFILES)
def test_of_an_interrupted_run_that_has_noted_what_it_appended_a_profile_is_erased(
    house, small_pages, monkeypatch, who
):
    rows = [member(f"profile-{n:02}") for n in range(11)]
    stop_after_a_page(house, monkeypatch, *rows)
    sent = house.sent()

    found = erase(house, who)
    left = traces(house.redis, house.engine, who)
    others = [row for row in rows if row["profile_id"] != who]
    house.sync(*others, agree=lambda _: True)

    assert (found.left, left) == ([], [])
    sent += house.sent()
    profiles = [profile for _, _, profile in sent if profile != who]
    assert sorted(profiles) == [row["profile_id"] for row in others]


def stop_after_a_page(house, monkeypatch, *rows):
    """Stop a run, as by Ctrl-C, behind its first page."""
    arrive = Sending._arrive

    def once(sending, part, outbox):
        if part.position is not None:
            raise KeyboardInterrupt
        return arrive(sending, part, outbox)

    monkeypatch.setattr(Sending, "_arrive", once)
    with pytest.raises(KeyboardInterrupt):
        house.sync(*rows)
    monkeypatch.setattr(Sending, "_arrive", arrive)
