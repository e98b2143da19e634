"""A person is erased while a snapshot is taken in, or after one was interrupted."""

import pytest

from pipeline.operate.erasure.erasure import Erasure
from pipeline.produce.appender import AppendFailed
from pipeline.snapshots import parts
from pipeline.snapshots.run_lease import hold_run
from pipeline.snapshots.sending import SnapshotSender
from pipeline.stores.broker import connect
from tests.operate.erasure.environment import places, traces
from tests.snapshots.environment import Environment, member

BUSY = 'a snapshot of audience "lapsed-buyers" is being taken in'
INTERRUPTED = "the last `activation sync lapsed-buyers` was interrupted, and must be run again first"
PROFILES = ["profile-00", "profile-03", "profile-05", "profile-10"]  # not found by chance in sealed secrets


@pytest.fixture
def environment(redis, engine, records):
    """An environment with one destination."""
    return Environment(redis, engine, records)


def erase(environment, profile):
    return Erasure(environment.redis, environment.engine).erase(profile, deadline=0)


def test_who_was_erased_enters_anew_when_the_next_snapshot_has_them(environment):
    environment.sync(member("ann"), member("zoe"))
    environment.taken()

    assert places(erase(environment, "zoe")) == {("last sent", "lapsed"): 1}
    environment.sync(member("ann"), member("zoe"))

    assert environment.sent() == [("lapsed", "ADD", "zoe")]


def test_who_was_erased_and_is_missing_does_not_leave(environment):
    environment.sync(member("ann"), member("zoe"))
    environment.taken()

    erase(environment, "zoe")
    environment.sync(member("ann"))

    assert environment.sent() == []


def test_a_run_that_somebody_is_at_is_left_alone(environment):
    environment.sync(member("zoe"))
    environment.taken()

    with hold_run(environment.engine, "lapsed-buyers"):
        found = erase(environment, "zoe")
        assert erase(environment, "ann").not_erased == []

    assert (places(found), found.not_erased, environment.members()) == ({}, [BUSY], ["zoe"])
    assert erase(environment, "zoe").not_erased == []
    assert environment.members() == []


def interrupt(environment, wire, monkeypatch, notes, *rows):
    """Lose the answers of Redis for good after so many pages have been noted."""
    store, left = parts.store_parts, iter(range(notes))

    def noting(connection, stored):
        store(connection, stored)
        if next(left, None) is None:
            wire.lose_answers(99)

    monkeypatch.setattr(parts, "store_parts", noting)
    with connect(wire.url) as client, pytest.raises(AppendFailed):
        environment.sync(*rows, client=client)
    monkeypatch.setattr(parts, "store_parts", store)
    wire.lose_answers(0)


@pytest.mark.parametrize("notes", range(3))
@pytest.mark.parametrize("who", PROFILES)
def test_an_interrupted_run_still_sends_every_change_once(
    environment, small_pages, wire, monkeypatch, notes, who
):
    """Chunks are known by their numbers: with one row less another row would be taken for appended."""
    rows = [member(f"profile-{n:02}") for n in range(11)]
    interrupt(environment, wire, monkeypatch, notes, *rows)
    sent = environment.sent()

    found = erase(environment, who)
    environment.sync(*rows, confirm=lambda _: True)

    assert found.not_erased == [INTERRUPTED]
    sent += environment.sent()
    assert sorted(profile for _, _, profile in sent) == [row["profile_id"] for row in rows]
    assert erase(environment, who).not_erased == []
    assert traces(environment.redis, environment.engine, who) == []


@pytest.mark.parametrize("who", PROFILES)
def test_of_an_interrupted_run_that_has_noted_what_it_appended_a_profile_is_erased(
    environment, small_pages, monkeypatch, who
):
    rows = [member(f"profile-{n:02}") for n in range(11)]
    stop_after_a_page(environment, monkeypatch, *rows)
    sent = environment.sent()

    found = erase(environment, who)
    left = traces(environment.redis, environment.engine, who)
    others = [row for row in rows if row["profile_id"] != who]
    environment.sync(*others, confirm=lambda _: True)

    assert (found.not_erased, left) == ([], [])
    sent += environment.sent()
    profiles = [profile for _, _, profile in sent if profile != who]
    assert sorted(profiles) == [row["profile_id"] for row in others]


def stop_after_a_page(environment, monkeypatch, *rows):
    """Stop a run, as by Ctrl-C, behind its first page."""
    arrive = SnapshotSender._arrive

    def once(sending, part, outbox):
        if part.position is not None:
            raise KeyboardInterrupt
        return arrive(sending, part, outbox)

    monkeypatch.setattr(SnapshotSender, "_arrive", once)
    with pytest.raises(KeyboardInterrupt):
        environment.sync(*rows)
    monkeypatch.setattr(SnapshotSender, "_arrive", arrive)
