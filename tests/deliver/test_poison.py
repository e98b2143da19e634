"""Rows that cannot be read, built or stored: each becomes a dead letter, and its neighbours are delivered."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DataError

from pipeline.model.activation import encode
from pipeline.responsys.actions.custom_event import CustomEvent
from pipeline.settle import dead_letters, ledger
from pipeline.settle.dead_letters import Filter
from pipeline.text.escapes import escaped
from tests.accept.test_poison import ANYTHING, BENT, CUT, POISON
from tests.builders import add_rows
from tests.deliver.environment import EVENT, activation, answer, read


@pytest.fixture
def taking(oracle):
    """An account that takes every row."""
    taken = []

    def take(request):
        people = [one["recipient"]["customerId"] for one in read(request)["recipientData"]]
        taken.extend(people)
        return 200, {}, json.dumps(answer(*[None] * len(people)))

    oracle.add_callback("POST", EVENT, take)
    return taken


def put(environment, *raws):
    """Put rows into the lane as they are, between two good ones."""
    odd = [(f"odd{n}", raw) for n, raw in enumerate(raws)]
    good = [(name, encode(activation(name))) for name in ("a", "z")]
    add_rows(environment.redis, [good[0], *odd, good[1]])
    environment.lanes.flush("lapsed")


def letters(environment):
    return dead_letters.find_letters(environment.engine, Filter())


def deliver_all(environment):
    for _ in range(40):
        if not environment.waiting():
            return
        environment.deliver()
    raise AssertionError("rows that never leave")


NO_TYPE = json.dumps({"audience": "lapsed-buyers", "profile_id": "odd0", "call_type": ""}).encode()


@pytest.mark.parametrize("raw", [*POISON.values(), NO_TYPE], ids=[*POISON, "a call type that there is not"])
def test_a_row_that_cannot_be_read_stops_no_other(environment, taking, raw):
    put(environment, raw)
    deliver_all(environment)

    assert {"C-a", "C-z"} <= set(taking)
    assert len(taking) + len(letters(environment)) == 3
    assert {letter.code for letter in letters(environment)} <= {"Invalid"}


@pytest.mark.parametrize("part", ["problem", "steps"])
def test_a_row_at_which_its_action_breaks_stands_alone(environment, taking, monkeypatch, part):
    real = getattr(CustomEvent, part)

    def breaking(self, rows):
        people = rows if isinstance(rows, list) else [rows]
        if any(person.profile_id == "odd0" for person in people):
            raise KeyError
        return real(self, rows)

    monkeypatch.setattr(CustomEvent, part, breaking)
    put(environment, encode(activation("odd0")))
    deliver_all(environment)

    assert taking == ["C-a", "C-z"]
    [letter] = letters(environment)
    assert (letter.code, letter.profile_id) == ("Invalid", "odd0")
    assert "KeyError" in letter.detail


def test_a_letter_that_the_database_refuses_is_stored_in_a_shorter_form(environment, taking, monkeypatch):
    real = dead_letters.store

    def refusing(connection, letters, now):
        if any(letter.profile_id for letter in letters):
            raise DataError("", {}, Exception())
        real(connection, letters, now)

    monkeypatch.setattr(ledger.dead_letters, "store", refusing)
    put(environment, b"\xff")
    deliver_all(environment)

    [letter] = letters(environment)
    assert (letter.profile_id, letter.activation) == ("", ascii(escaped(b"\xff"))[1:-1])
    assert taking == ["C-a", "C-z"]


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(ANYTHING, BENT, CUT).filter(lambda raw: b"\0" not in raw), min_size=1, max_size=20))
def test_any_bytes_in_a_lane_leave_it(environment, taking, found):
    environment.redis.flushdb()
    environment.configure()
    taking.clear()
    put(environment, *found)
    deliver_all(environment)

    assert {"C-a", "C-z"} <= set(taking)
