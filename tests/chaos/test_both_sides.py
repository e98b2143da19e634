"""That the judge of both sides sees what is wrong; ``make chaos RUN=both-sides`` is the real thing."""

from types import SimpleNamespace

import pytest

from pipeline.consents.addresses import digest_of_address
from tests.chaos.both_sides.judge import UNDER_WAY, Said, became_in, sending, unheard
from tests.chaos.both_sides.systems import FIRST_RIID

ANN = digest_of_address("demo-0@example.com")


def systems_with(*moments):
    """Return systems whose Responsys sent an event to the first of two people at some moments."""
    row = {"recipientId": FIRST_RIID}
    calls = [{"function": "triggerCustomEvent", "time": at, "rows": [row]} for at in moments]
    emulator = SimpleNamespace(calls=lambda account: calls)
    return SimpleNamespace(
        environment=SimpleNamespace(emulator=emulator),
        people=2,
        address_of=lambda number: f"demo-{number}@example.com",
    )


def said(wish, at, effect=None, kind="event", address=ANN):
    return Said(address, wish, kind, wish if effect is None else effect, at, at)


def test_a_row_to_a_person_who_was_out_is_seen():
    found = sending(systems_with(90.0, 101.0, 100.0 + UNDER_WAY + 1), [said("out", 100.0)])

    assert (found.rows, found.late, found.wrong) == (3, [1.0, UNDER_WAY + 1], [UNDER_WAY + 1])


def test_a_row_to_a_person_who_was_taken_back_in_is_right():
    wishes = [said("out", 100.0), said("in", 200.0, kind="command"), said("out", 100.0, effect="")]

    assert sending(systems_with(300.0), wishes).late == []


@pytest.mark.parametrize(("kind", "wrong"), [("event", [ANN]), ("command", []), ("conflict", [])])
def test_an_address_that_became_in_by_itself_is_seen(kind, wrong):
    assert became_in([said("out", 1.0), said("in", 2.0, kind=kind)], {ANN: "in"})[:1] == wrong


def test_a_state_that_no_statement_leads_to_is_seen():
    assert became_in([said("out", 1.0)], {ANN: "in"}) == [ANN]


def test_an_opting_out_that_was_never_heard_is_seen():
    written = [("demo-0@example.com", 100.7), ("demo-1@example.com", 100.7)]

    assert unheard([said("out", 100.999)], written) == ["demo-1@example.com"]
    assert unheard([said("out", 100.999)], [("demo-0@example.com", 101.2)]) == ["demo-0@example.com"]
