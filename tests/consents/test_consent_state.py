"""States of consents: order, repetition and delay change nothing, and no out becomes in without an epoch."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.consents.consent_state import ConsentState, state_after, told_of
from pipeline.consents.statement import Statement

NOW = 1_000_000
AGAIN = ("never", "evidence", "manual")


def said(wish, at, kind="event", **options):
    options = {"proven": wish == "in", **options}
    who = {"address": "a" * 64, "channel": "email", "source": "opt-outs"}
    return Statement(key=f"{wish}{at}{kind}", wish=wish, at=at, kind=kind, **who, **options)


EVENTS = st.lists(
    st.builds(
        said,
        st.sampled_from(["out", "in"]),
        st.integers(0, 30),
        proven=st.booleans(),
    ),
    max_size=6,
)
COMMANDS = st.builds(
    said, st.sampled_from(["out", "in"]), st.none(), st.just("command"), proven=st.just(True)
)
STATEMENTS = st.lists(
    st.one_of(
        COMMANDS,
        st.builds(said, st.sampled_from(["out", "in"]), st.integers(0, 2 * NOW), proven=st.booleans()),
        st.builds(said, st.just("out"), st.integers(0, NOW), st.just("box")),
    ),
    max_size=12,
)


def after(statements, again):
    state = ConsentState()
    for statement in statements:
        state = state_after(state, statement, again, NOW)
    return state


def seen(state):
    return state.opened, state.out_at, state.in_at, state.status


@given(EVENTS, st.sampled_from(AGAIN), st.data())
def test_order_repetition_and_delay_change_nothing(statements, again, data):
    repeated = statements + data.draw(st.lists(st.sampled_from(statements), max_size=6)) if statements else []

    other = data.draw(st.permutations(repeated))

    assert seen(after(other, again)) == seen(after(statements, again))


@pytest.mark.parametrize("again", AGAIN)
def test_all_orders_of_some_statements_lead_to_one_state(again):
    statements = [said("out", 10), said("in", 11), said("out", 11), said("in", 9), said("out", 3)]

    assert len({seen(after(some, again)) for some in permutations(statements)}) == 1


@given(STATEMENTS, st.sampled_from(AGAIN))
def test_no_out_becomes_in_without_a_new_epoch(statements, again):
    state = ConsentState()
    for number, statement in enumerate(statements):
        before, state = state, state_after(state, statement, again, NOW + number)
        if before.status == "out" and state.status != "out":
            assert state.epoch == before.epoch + 1
            assert statement.wish == "in"
            assert statement.proven
        if told_of(before, state, statement) == "in":
            assert state.epoch > before.epoch


@given(STATEMENTS)
def test_never_means_that_an_out_stays(statements):
    outs = [one for one in statements if one.wish == "out"]

    assert (after(statements, "never").status == "out") == bool(outs)


@given(STATEMENTS)
def test_no_event_opens_an_epoch_where_only_the_command_may(statements):
    events = [one for one in statements if one.kind != "command"]
    outs = [one for one in events if one.wish == "out"]

    assert (after(events, "manual").status == "out") == bool(outs)


@given(STATEMENTS, st.sampled_from(["evidence", "manual"]), st.integers(0, 2 * NOW))
def test_an_opting_out_after_the_last_epoch_began_always_counts(statements, again, later):
    state = after(statements, again)

    at = max(state.opened, 0) + later
    out = state_after(state, said("out", at), again, at)

    assert out.status == "out"


@pytest.mark.parametrize(
    ("again", "statements", "status", "epoch"),
    [
        ("manual", [said("out", 10), said("in", 20)], "out", 1),
        ("evidence", [said("out", 10), said("in", 20)], "in", 2),
        ("evidence", [said("out", 10), said("in", 10)], "out", 2),
        ("evidence", [said("out", 10), said("in", 20, proven=False)], "out", 1),
        ("evidence", [said("out", 10), said("in", NOW + 1)], "out", 1),
        ("evidence", [said("out", 10), said("in", 20), said("out", 15, "box")], "in", 2),
        ("evidence", [said("out", 10), said("in", 20), said("out", 21, "box")], "out", 2),
        ("evidence", [said("out", 10), said("in", None, "command")], "in", 2),
        ("never", [said("out", 10), said("in", None, "command")], "out", 1),
        ("manual", [said("out", NOW), said("in", None, "command")], "in", 2),
        ("manual", [said("in", None, "command"), said("out", None, "command")], "out", 1),
        ("manual", [said("in", 20)], "in", 1),
    ],
)
def test_what_some_statements_lead_to(again, statements, status, epoch):
    state = after(statements, again)

    assert (state.status, state.epoch) == (status, epoch)


@pytest.mark.parametrize(
    ("again", "statements", "told"),
    [
        ("manual", [said("out", 10)], ["out"]),
        ("manual", [said("out", 10), said("out", 11)], ["out", None]),
        ("manual", [said("in", 10)], [None]),  # what is unknown says nothing
        ("evidence", [said("in", 10), said("out", 5)], [None, None]),
        ("evidence", [said("out", 10), said("in", 20)], ["out", "in"]),
        ("evidence", [said("out", 10), said("in", 20), said("in", 25)], ["out", "in", None]),
        ("manual", [said("in", None, "command")], ["in"]),
        ("manual", [said("out", 10), said("in", None, "command"), said("out", 11)], ["out", "in", None]),
    ],
)
def test_both_sides_are_told_what_changes(again, statements, told):
    state, found = ConsentState(), []
    for statement in statements:
        before, state = state, state_after(state, statement, again, NOW)
        found.append(told_of(before, state, statement))

    assert found == told
