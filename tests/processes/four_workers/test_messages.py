"""Activations that come as ordinary Celery messages, or straight into the intake."""

import json
import threading
import zlib
from contextlib import contextmanager

import pytest
from celery import Celery

from pipeline.model.shard import SHARDS
from pipeline.stores.broker import celery_settings
from tests.processes.environment import until
from tests.processes.limited_account import activations, people

TASK = "tasks.activation.activate"
SECRET = "ada.lovelace"  # stands in every message that must be shown nowhere


@pytest.fixture
def app(environment):
    """Anybody's Celery: it knows the broker and the name of the task."""
    app = Celery("somebody", broker=environment.broker_url, set_as_current=False)
    yield app
    app.close()


@contextmanager
def events(environment):
    """Listen to what workers tell of their tasks, as Flower does."""
    told = []
    app = Celery("listener", set_as_current=False)
    app.conf.update(celery_settings(environment.broker_url))
    with app.connection_for_read() as connection:
        receiver = app.events.Receiver(connection, handlers={"*": told.append})
        listening = threading.Event()
        receiver.on_consume_ready = lambda *_, **__: listening.set()
        thread = threading.Thread(target=receiver.capture, kwargs={"limit": None, "timeout": None})
        thread.start()
        assert listening.wait(60)
        yield told
        receiver.should_stop = True
        thread.join()


def of(limited_account, profiles):
    """Return activations that name their audience."""
    return [{"audience": limited_account.name, **activation} for activation in activations(profiles)]


def logs(environment):
    """Return all that the workers have logged."""
    return "".join(worker.log.read_text() for worker in environment.workers)


def test_activations_sent_as_messages_are_delivered_and_shown_to_nobody(environment, app):
    limited_account = environment.open("messages")
    profiles = [f"{SECRET}-{n}" for n in range(50)]

    with events(environment) as told:
        for position, activation in enumerate(of(limited_account, profiles)):
            way = {"args": [activation]} if position % 2 else {"kwargs": {"activation": activation}}
            app.send_task(TASK, queue="activations", **way)
        until(lambda: limited_account.calls())
        environment.drain(limited_account)
        until(lambda: sum(e["type"] == "task-succeeded" and e["uuid"] in received(told) for e in told) >= 50)

    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in profiles)
    assert limited_account.missing_from_books() == 0
    assert SECRET not in json.dumps(told)
    assert SECRET not in logs(environment)


def received(told):
    return {event["uuid"] for event in told if event["type"] == "task-received" and event["name"] == TASK}


def test_a_message_that_is_no_activation_becomes_a_dead_letter(environment, app):
    wrong = {"audience": "nobody", "profile_id": f"{SECRET}-1", "call_type": "BUY", "identifiers": {}}

    app.send_task(TASK, args=[wrong], queue="activations")
    (letter,) = until(lambda: environment.letters(f"{SECRET}-1"))

    assert (letter.code, letter.destination) == ("Invalid", None)
    assert "call_type" in letter.detail
    assert SECRET not in logs(environment)


@pytest.mark.parametrize(
    ("task", "arguments"),
    [
        ("tasks.activation.activte", {"args": [{"profile_id": SECRET}]}),
        (TASK, {"args": [{"profile_id": SECRET}, SECRET]}),
        (TASK, {"kwargs": {"activation": {}, "profile": SECRET}}),
    ],
    ids=["misspelt", "too-many", "misnamed"],
)
def test_a_message_that_nobody_can_take_is_not_shown_either(environment, app, task, arguments):
    before = logs(environment).count("ERROR")

    app.send_task(task, queue="activations", **arguments)
    until(lambda: logs(environment).count("ERROR") > before)

    assert SECRET not in logs(environment)


def test_a_message_is_accepted_once_however_often_it_comes(environment, app):
    limited_account = environment.open("repeated")
    (activation,) = of(limited_account, people(1))

    for _ in range(5):
        app.send_task(TASK, args=[activation], queue="activations", task_id="the-same")
    until(lambda: limited_account.calls())
    environment.drain(limited_account)

    assert limited_account.delivered() == [("p0", 0)]


def test_activations_may_be_pushed_straight_into_the_intake(environment):
    """As the documentation describes for other languages, without a doorbell."""
    limited_account = environment.open("pushed")

    for activation in of(limited_account, people(100)):
        shard = zlib.crc32(activation["profile_id"].encode()) % SHARDS
        environment.client.rpush(f"intake:{shard}", json.dumps(activation))
    environment.drain(limited_account)

    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(100))
    assert limited_account.missing_from_books() == 0
