"""pipeline.evidence.matching: which event proves which call."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evidence import matching
from pipeline.evidence.email_event import EmailEvent, one_of_each_email
from pipeline.evidence.matching import CLOCK_SKEW, EmailSending, in_turn, match

DAY = 86_400


def event(at, feed="SENT", key=None):
    return EmailEvent(key or f"{feed}:{at}", feed, at, "address", "1", 1, at)


def call(began, letter=None, within=DAY):
    return EmailSending(began, began + within, letter, is_known=letter is None)


def proven(calls, events):
    return {one.letter: found.at for one, found in match(calls, events).items() if one.letter}


def test_an_event_within_the_window_proves_a_call():
    assert proven([call(1000, "a")], [event(1005)]) == {"a": 1005}
    assert proven([call(1000, "a")], [event(1000 + DAY)]) == {"a": 1000 + DAY}
    assert proven([call(1000, "a")], [event(1001 + DAY)]) == {}


def test_a_clock_that_is_behind_proves_it_too():
    assert proven([call(1000, "a")], [event(1000 - int(CLOCK_SKEW))]) == {"a": 700}
    assert proven([call(1000, "a")], [event(999 - int(CLOCK_SKEW))]) == {}


def test_a_known_e_mail_gets_the_only_event():
    """Whatever the order: else an e-mail that was never sent would count as delivered."""
    assert proven([call(1000), call(1060, "a")], [event(1065)]) == {}
    assert proven([call(1000, "a"), call(1060)], [event(1005)]) == {}


def test_of_two_events_each_e_mail_gets_its_own():
    assert proven([call(1000, "a"), call(5000)], [event(1005), event(5005)]) == {"a": 1005}
    assert proven([call(1000), call(5000, "a")], [event(1005), event(5005)]) == {"a": 5005}


def test_of_two_unknown_e_mails_the_nearer_one_is_proven():
    assert proven([call(1000, "a"), call(5000, "b")], [event(5005)]) == {"b": 5005}


def test_a_bounce_of_an_e_mail_that_was_sent_proves_no_other():
    events = [event(1000), event(1010, "BOUNCE"), event(1020, "BOUNCE")]

    assert [one.key for one in one_of_each_email(events, 0)] == ["SENT:1000", "BOUNCE:1020"]


def test_a_bounce_of_an_e_mail_of_before_proves_nothing():
    events = [event(1000), event(5010, "BOUNCE")]

    assert one_of_each_email(events, 5000) == []


@pytest.mark.parametrize(
    ("feed", "reason", "outcome"),
    [
        ("SENT", "", "delivered"),
        ("BOUNCE", "MAILBOX_FULL", "MAILBOX_FULL"),
        ("SKIPPED", "", "SKIPPED"),
        ("FAIL", "no such domain", "FAIL"),
    ],
)
def test_the_outcome_is_the_account_s_own_word(feed, reason, outcome):
    assert EmailEvent("k", feed, 1, "address", "1", 1, 1, reason).outcome == outcome


TIMES = st.lists(st.integers(0, 40), max_size=4).map(sorted)


@given(TIMES, TIMES, TIMES, st.integers(1, 15))
def test_as_many_as_can_be_are_proven_and_known_ones_come_first(known, unknown, times, within):
    """Compared with all ways of giving events to calls."""
    skew, matching.CLOCK_SKEW = matching.CLOCK_SKEW, 0.0
    try:
        calls = [call(at, within=within) for at in known]
        calls += [call(at, f"{n}", within) for n, at in enumerate(unknown)]
        calls.sort(key=lambda one: one.began)
        events = [event(at, key=f"{n}") for n, at in enumerate(times)]
        found = match(calls, events)
        assert len({one.key for one in found.values()}) == len(found)
        assert all(one.fits(its) for one, its in found.items())
        assert sum(1 for one in found if one.letter) == best(calls, events)
    finally:
        matching.CLOCK_SKEW = skew


def best(calls, events):
    """Count unknown calls with an event in the best of all ways."""
    places = [*range(len(events)), *[None] * len(calls)]
    ways = set()
    for way in set(permutations(places, len(calls))) if len(calls) <= 4 else ():
        pairs = [(one, events[n]) for one, n in zip(calls, way, strict=True) if n is not None]
        if all(one.fits(its) for one, its in pairs):
            ways.add((sum(one.is_known for one, _ in pairs), sum(not one.is_known for one, _ in pairs)))
    if len(calls) > 4:
        return sum(1 for one in match(calls, events) if one.letter)
    return max(ways)[1]


def test_many_e_mails_to_one_address_are_matched_in_turn(monkeypatch):
    calls = [call(n * 10, None if n % 2 else f"{n}") for n in range(100)]
    events = [event(n * 10 + 1) for n in range(100)]
    monkeypatch.setattr(matching, "MOST_CELLS", 0)

    assert in_turn(calls, events) == match(calls, events)
    assert len([one for one in match(calls, events) if one.letter]) == 50
