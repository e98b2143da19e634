"""pipeline.alerts.watch and messages: whatever dies or fails, no message is lost, and each comes in order.

The crash table of pipeline/alerts/watch.py, a test for each row.
"""

import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from pipeline.alerts import channels, messages, sending
from pipeline.alerts.channel_documents import channel_documents, failing_channels
from pipeline.stores import duty_trouble
from pipeline.stores.broker import connect
from tests.alerts.watching import RULE
from tests.processes import program
from tests.processes.environment import until


class Killed(BaseException):
    """The process is no more."""


def killed(*_, **__):
    raise Killed


def test_killed_before_a_change_is_written(watching, monkeypatch):
    watching.open()
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.alerts.states.write_state", killed)
        with pytest.raises(Killed):
            watching.watch.look()

    watching.another_process().look()
    watching.send()

    assert watching.hooks.types == ["alert.opened"]


def test_killed_between_a_state_and_its_message(watching, monkeypatch):
    watching.open()
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.alerts.messages.write_message", killed)
        with pytest.raises(Killed):
            watching.watch.look()

    watching.another_process().look()
    watching.send()

    assert watching.hooks.types == ["alert.opened"]


def test_killed_after_a_change_was_written(watching):
    watching.open()
    watching.watch.look()

    watching.another_process().send_due()

    assert watching.bell.rung == watching.rows("id")


def test_a_worker_that_was_told_and_never_came(watching):
    watching.open()
    watching.watch.look()
    watching.watch.send_due()
    watching.watch.send_due()
    assert watching.hooks.posted == []

    watching.pass_time(6)
    watching.another_process().send_due()

    until(lambda: watching.rows("state") == ["delivered"])
    assert watching.hooks.types == ["alert.opened"]
    assert len(watching.bell.rung) == 1


@pytest.mark.parametrize(("dies", "posts"), [("pipeline.alerts.channels.send", 1), ("note_delivered", 2)])
def test_killed_while_a_message_is_sent(watching, monkeypatch, dies, posts):
    """Before the channel took it, or after it: then it comes again under the same id."""
    watching.open()
    watching.watch.look()
    with monkeypatch.context() as patch:
        patch.setattr(dies if "." in dies else f"pipeline.alerts.messages.{dies}", killed)
        with pytest.raises(Killed):
            watching.send()
    watching.bell.rung.clear()
    assert watching.due() == []

    watching.pass_time(61)
    watching.another_process().send_due()

    until(lambda: watching.rows("state") == ["delivered"])
    assert len(watching.hooks.posted) == posts
    assert len({posted.headers["webhook-id"] for posted in watching.hooks.posted}) == 1
    assert len({posted.body for posted in watching.hooks.posted}) == 1


POINTS = (
    ("pipeline.alerts.messages.write_message", 1),  # the state is written, its message is not
    ("pipeline.alerts.messages.note_rung", 1),
    ("pipeline.alerts.channels.send", 1),
    ("pipeline.alerts.messages.note_delivered", 2),  # the second is known by its id
)


@pytest.mark.parametrize(("point", "posts"), POINTS)
def test_a_process_that_is_killed_for_good_loses_no_message(watching, environ, tmp_path, point, posts):
    """SIGKILL, between opening, telling a worker, sending and noting."""
    watching.open()
    command = [sys.executable, "-m", "tests.alerts.dying", point]
    process = program.start_program(command, environ, tmp_path / "dying.log")
    assert process.wait(60) == -signal.SIGKILL, (tmp_path / "dying.log").read_text()

    watching.pass_time(61)
    watching.watch.look()
    watching.send()

    until(lambda: watching.rows("type", "state") == [("alert.opened", "delivered")])
    assert len(watching.hooks.posted) == posts
    assert len({posted.headers["webhook-id"] for posted in watching.hooks.posted}) == 1


def test_killed_before_a_failure_is_written(watching, monkeypatch):
    watching.open()
    watching.watch.look()
    watching.hooks.answers = [500]
    with monkeypatch.context() as patch:
        patch.setattr(messages, "note_failed", killed)
        with pytest.raises(Killed):
            watching.send()
    watching.bell.rung.clear()

    watching.pass_time(61)
    watching.another_process().send_due()

    until(lambda: watching.rows("state", "attempts") == [("delivered", 2)])


def test_a_process_that_is_late_does_not_write_over_its_successor(watching):
    engine = watching.environment.engine
    watching.open()
    watching.watch.look()
    [identity] = watching.rows("id")
    late = messages.claim(engine, identity)
    watching.pass_time(61)
    messages.note_delivered(engine, messages.claim(engine, identity))

    messages.note_failed(engine, late, "HTTP 500")

    assert watching.rows("state", "detail") == [("delivered", "")]


def test_tries_and_pauses(watching):
    watching.open()
    watching.watch.look()
    watching.hooks.answer = 500
    place = watching.environment

    for pause in (10, 60, 300, 1_800):
        watching.send()
        assert watching.due() == []
        watching.pass_time(pause - 1)
        assert watching.due() == []
        assert failing_channels(place.engine, place.catalog) == {}
        watching.pass_time(1)
        assert watching.due() == watching.rows("id")
    watching.send()

    assert watching.rows("state", "attempts", "detail") == [("failed", 5, "HTTP 500")]
    assert len({posted.headers["webhook-id"] for posted in watching.hooks.posted}) == 1
    assert failing_channels(place.engine, place.catalog) == {"ops": "HTTP 500"}


def test_a_channel_that_is_down_for_ten_minutes_loses_nothing(watching):
    watching.hooks.answer = 503
    watching.open()
    watching.watch.look()
    for _ in range(10):
        watching.send()
        watching.pass_time(60)
    watching.end()
    watching.watch.look()
    watching.send()
    watching.hooks.answer = 204
    before = len(watching.hooks.posted)

    watching.pass_time(1_800)
    watching.send()

    assert watching.hooks.types[before:] == ["alert.opened", "alert.closed"]
    assert watching.rows("state") == ["delivered"] * 2


def test_messages_of_one_alert_come_in_order(watching):
    watching.hooks.answers = [500]
    watching.open()
    watching.watch.look()
    watching.send()
    watching.end()
    watching.watch.look()
    watching.send()
    assert watching.hooks.types == ["alert.opened"]

    watching.pass_time(10)
    watching.send()

    assert watching.hooks.types == ["alert.opened", "alert.opened", "alert.closed"]


def test_a_message_that_is_taken_brings_the_others_for_its_channel(watching):
    watching.hooks.answers = [500]
    watching.open()
    watching.watch.look()
    watching.send()
    watching.environment.keep("l2", destination="left")
    watching.watch.look()

    watching.send()

    assert watching.rows("state") == ["delivered"] * 2


def test_a_channel_gets_one_message_at_a_time(watching):
    watching.configure(letters=RULE, more=RULE)
    watching.open()
    watching.watch.look()
    first, second = watching.rows("id")

    assert messages.claim(watching.environment.engine, first)
    assert messages.claim(watching.environment.engine, second) is None


def test_a_message_is_claimed_once(watching):
    watching.open()
    watching.watch.look()
    [identity] = watching.rows("id")
    with ThreadPoolExecutor(4) as pool:
        claimed = list(pool.map(partial(messages.claim, watching.environment.engine), [identity] * 4))

    assert len([message for message in claimed if message]) == 1


def test_a_message_to_a_channel_that_was_removed_is_given_up(watching):
    watching.open()
    watching.watch.look()
    watching.environment.records.apply({"alerts": {"letters": {**RULE, "channels": []}}})
    watching.environment.records.remove("channels", "ops")

    watching.send()

    assert watching.rows("state", "detail") == [("failed", "the channel was removed")]
    assert watching.hooks.posted == []


def test_one_process_takes_a_turn(watching):
    watching.open()
    first, second = watching.another_process(), watching.another_process()

    first.tick()
    watching.end()
    second.tick()

    assert watching.rows("type") == ["alert.opened"]


def test_without_redis_the_store_is_reported_and_sent_by_the_process_itself(watching):
    watching.configure(store={"rule": "store", "channels": ["ops"]})
    away = watching.another_process()
    with connect("redis://127.0.0.1:1") as client:
        away._client = client
        away.tick()
        watching.pass_time(6)
        away._own_turns.clear()
        away.tick()

    until(lambda: watching.hooks.types == ["alert.opened"])
    [posted] = watching.hooks.posted
    assert posted.document["alert"]["subject"] == {"scope": "system", "name": "system"}
    assert "gives no answer" in posted.document["alert"]["text"]


def test_a_look_that_fails_is_noted_for_the_status(watching, monkeypatch):
    monkeypatch.setattr(watching.watch, "look", lambda: 1 / 0)

    watching.watch.tick()

    assert [trouble.duty for trouble in duty_trouble.read(watching.environment.redis)] == ["alerts"]


def test_a_test_is_sent_once_and_its_fate_is_shown(watching):
    place = watching.environment
    watching.hooks.answers = [500]
    channel = place.catalog.channels["ops"]

    failed = sending.send_test(place.engine, channel, "https://activation.example.com")
    failing = failing_channels(place.engine, place.catalog)
    taken = sending.send_test(place.engine, channel, "https://activation.example.com")

    assert failed == {"ok": False, "text": 'channel "ops" did not take the test: HTTP 500'}
    assert failing == {"ops": "HTTP 500"}
    assert taken == {"ok": True, "text": 'channel "ops" took the test'}
    assert failing_channels(place.engine, place.catalog) == {}
    [shown] = channel_documents(place.engine, place.records.export()["channels"])
    assert (shown["failing"], shown["waiting"]) == (False, 0)
    assert (shown["last_message"]["type"], shown["last_message"]["state"]) == ("alert.test", "delivered")
    assert watching.due() == []


def test_a_slow_channel_delays_no_other(watching, monkeypatch):
    """One thread sends to a channel at a time, and others go on."""
    watching.configure(letters=RULE, more=RULE)
    watching.open()
    watching.watch.look()
    sent = []
    monkeypatch.setattr(channels, "send", lambda channel, message: sent.append(message.id))

    first, second = watching.rows("id")
    claimed = messages.claim(watching.environment.engine, first)
    assert watching.due() == []
    messages.note_delivered(watching.environment.engine, claimed)

    assert watching.due() == [second]


def test_a_failure_is_logged_once_until_a_look_succeeds(watching, monkeypatch, caplog):
    watch = watching.watch
    with monkeypatch.context() as patch:
        patch.setattr(watch, "send_due", lambda: 1 / 0)
        patch.setattr(watch, "_take_turn", lambda duty, _: duty == "messages_of_alerts")
        watch.tick()
        watch.tick()
    assert [record.message for record in caplog.records] == ["alerts not looked at"]

    watch.tick()

    assert watch._failing is False
