"""pipeline.alerts.state: what follows from a look, without any store."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.alerts.condition import Condition, Subject
from pipeline.alerts.state import advance, at_rest, new_state
from pipeline.model.alert_rule import AlertRule

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
SUBJECT = Subject("destination", "lapsed")
BAD = Condition(SUBJECT, True, 0.12, "12 % were rejected", "see who", "/dead-letters")
GOOD = Condition(SUBJECT, False, 0.01)


def life(looks, **options):
    """Return state and message after each look; ``looks``: seconds after noon, and whether it holds."""
    rule = AlertRule("rejections", "error_share", ("ops",), above=0.05, **options)
    state, told = new_state(rule, SUBJECT, NOON), []
    for seconds, holds in looks:
        now = NOON + timedelta(seconds=seconds)
        state, message = advance(rule, state, BAD if holds else GOOD, now)
        told.append((state.state, message and message.removeprefix("alert.")))
        state = at_rest(state, now) if message == "alert.closed" else state
    return told


@pytest.mark.parametrize(
    ("options", "looks", "told"),
    [
        ({}, [(0, False)], [("ok", None)]),
        ({}, [(0, True), (30, True)], [("open", "opened"), ("open", None)]),
        ({"after": 60}, [(0, True), (30, True), (60, True)],
         [("pending", None), ("pending", None), ("open", "opened")]),
        ({"after": 60}, [(0, True), (30, False), (60, True), (90, True)],
         [("pending", None), ("ok", None), ("pending", None), ("pending", None)]),
        ({}, [(0, True), (30, False), (149, False), (150, False), (180, False)],
         [("open", "opened"), ("clearing", None), ("clearing", None), ("ok", "closed"), ("ok", None)]),
        ({}, [(0, True), (30, False), (60, True), (90, False), (209, False), (210, False)],
         [("open", "opened"), ("clearing", None), ("open", None), ("clearing", None), ("clearing", None),
          ("ok", "closed")]),
        ({"clear_after": 0}, [(0, True), (30, False), (60, True)],
         [("open", "opened"), ("ok", "closed"), ("open", "opened")]),
        ({"remind": 60}, [(0, True), (30, True), (60, True), (90, True), (120, True)],
         [("open", "opened"), ("open", None), ("open", "reminder"), ("open", None), ("open", "reminder")]),
        ({"remind": 60}, [(0, True), (60, False), (90, True)],
         [("open", "opened"), ("clearing", None), ("open", "reminder")]),
        ({"remind": 0}, [(0, True), (10**6, True)], [("open", "opened"), ("open", None)]),
        ({"enabled": False}, [(0, False)], [("ok", None)]),
    ],
)  # fmt: skip
def test_states_follow_from_looks(options, looks, told):
    assert life(looks, **options) == told


def test_a_disabled_rule_closes_at_once():
    rule = AlertRule("rejections", "error_share", ("ops",))
    opened, _ = advance(rule, new_state(rule, SUBJECT, NOON), BAD, NOON)

    disabled = AlertRule("rejections", "error_share", ("ops",), enabled=False)
    assert advance(disabled, opened, GOOD, NOON)[1] == "alert.closed"


def test_a_channel_that_came_later_is_reported_with_the_reminder_and_the_end():
    rule = AlertRule("rejections", "error_share", ("ops",), remind=60, clear_after=0)
    opened, _ = advance(rule, new_state(rule, SUBJECT, NOON), BAD, NOON)
    changed = AlertRule("rejections", "error_share", ("night",), remind=60, clear_after=0)

    reminded, _ = advance(changed, opened, BAD, NOON + timedelta(seconds=60))
    closed, _ = advance(changed, reminded, GOOD, NOON + timedelta(seconds=90))

    assert opened.channels == ("ops",)
    assert reminded.channels == closed.channels == ("ops", "night")


def test_an_alert_that_is_over_keeps_its_beginning_for_the_message():
    rule = AlertRule("rejections", "error_share", ("ops",), clear_after=0)
    opened, _ = advance(rule, new_state(rule, SUBJECT, NOON), BAD, NOON)

    closed, _ = advance(rule, opened, GOOD, NOON + timedelta(seconds=90))

    assert (closed.since, closed.text, closed.value) == (NOON, BAD.text, 0.01)
