"""Messages that no task can run, to real workers: no worker ends, and no activation is lost."""

import base64
import json
import random
import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from celery import Celery
from cryptography.fernet import Fernet

from pipeline.accept.stray_counts import stray_counts
from pipeline.operate.status.document import document
from pipeline.operate.status.status import read_status
from pipeline.operate.status.troubles import troubles
from pipeline.stores import duty_trouble
from tests.cases import case
from tests.processes.environment import until
from tests.processes.limited_account import activations, people

TASK = "tasks.activation.activate"
QUEUES = ("activations", "deliveries", "celery")
LINES = case("01-broken-message", "messages.txt").splitlines()


@pytest.fixture
def app(environment):
    app = Celery("somebody", broker=environment.broker_url, set_as_current=False)
    yield app
    app.close()


def counts(environment):
    return stray_counts(environment.client)


def of(limited_account, profile):
    (activation,) = activations([profile])
    return {"audience": limited_account.name, **activation}


def envelope(content, headers, content_type="application/json", **properties):
    """Write a message as another language would."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return json.dumps({
        "body": base64.b64encode(body).decode(),
        "content-type": content_type,
        "content-encoding": "utf-8",
        "headers": {"id": uuid.uuid4().hex, "lang": "js", **headers},
        "properties": {
            "body_encoding": "base64",
            "delivery_tag": uuid.uuid4().hex,
            "delivery_info": {"exchange": "", "routing_key": "activations"},
            **properties,
        },
    })  # fmt: skip


def status(environment):
    return read_status(environment.client, environment.engine, environment.records.load())


def test_case_01_what_is_no_message_ends_no_worker(environment):
    """The activation without an envelope is taken in, and one that is sent right afterwards is delivered."""
    limited_account = environment.open("lapsed")
    before = counts(environment)["unreadable"]

    for line in LINES:
        environment.client.lpush("activations", line)
    environment.client.lpush("deliveries", LINES[0])
    environment.client.lpush(
        "activations", envelope([[of(limited_account, "after")], {}, {}], {"task": TASK})
    )

    until(lambda: counts(environment)["unreadable"] == before + 4)
    (letter,) = until(lambda: environment.letters("p-1"), what="the fate of the bare activation")
    until(lambda: ("after", 0) in limited_account.delivered())
    assert (letter.destination, letter.code) == ("lapsed", "Invalid")  # it has no identifier for this list
    assert [environment.client.llen(queue) for queue in QUEUES] == [0, 0, 0]


def test_case_09_a_message_without_a_queue_is_taken_like_any_other(environment, app):
    limited_account = environment.open("no-queue")
    call = json.loads(case("09-no-queue-named", "message.json"))
    (activation,) = call["args"]

    app.send_task(call["task"], args=[{**activation, **of(limited_account, "p-1")}], queue=call["queue"])
    environment.drain(limited_account)
    until(lambda: limited_account.delivered())

    assert limited_account.delivered() == [("p-1", 0)]
    assert environment.client.llen("celery") == 0


HOUR_AGO = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
PICKLE = "application/x-python-serialize"


@pytest.mark.parametrize(
    ("kind", "kept", "write"),
    [
        ("unknown_task", True, lambda a: envelope([[a], {}, {}], {"task": "tasks.activation.activte"})),
        ("unknown_task", True, lambda a: envelope([[[a]], {}, {}], {"task": "x" * 10_000})),
        ("wrong_arguments", True, lambda a: envelope([[a, 1], {}, {}], {"task": TASK})),
        ("wrong_arguments", True, lambda a: envelope([[], {"x": a}, {}], {"task": TASK})),
        ("wrong_arguments", True, lambda a: envelope([[[a]], {}, {}], {"task": "tasks.activation.accept"})),
        ("wrong_arguments", True, lambda a: envelope([[a], {}, {}], {"task": TASK, "eta": "tomorrow"})),
        ("wrong_arguments", True, lambda a: envelope([[a], {}, {}], {"task": TASK, "expires": {"a": 1}})),
        ("unreadable", True, lambda a: envelope([[a]], {"task": TASK})),
        ("unreadable", True, lambda a: envelope(a, {"task": TASK})),
        ("unreadable", True, lambda a: envelope([[a], {}, {}], {"task": ["a list"]})),
        ("unreadable", True, lambda a: envelope([[a], {}, {}], {"task": TASK, "id": {}})),
        ("unreadable", True, lambda a: envelope([[a], {}, {}], {"task": TASK, "timelimit": "soon"})),
        ("unreadable", True, lambda a: envelope([[a], {}, {}], {})),
        ("unreadable", False, lambda a: envelope(json.dumps([[a], {}, {}]).encode()[:-9], {"task": TASK})),
        ("unreadable", False, lambda a: envelope([[a], {}, {}], {"task": TASK, "compression": "zlib"})),
        ("other_serializer", False, lambda a: envelope(b"\x80\x04K\x01.", {"task": TASK}, PICKLE)),
        (
            "other_serializer",
            True,
            lambda a: envelope(
                msgspec.msgpack.encode([[a], {}, {}]), {"task": TASK}, "application/x-msgpack"
            ),
        ),
        ("expired", True, lambda a: envelope([[a], {}, {}], {"task": TASK, "expires": HOUR_AGO})),
    ],
)
def test_a_message_that_cannot_run_is_counted_and_its_activation_kept(environment, kind, kept, write):
    profile = uuid.uuid4().hex
    activation = {"audience": "lapsed", "profile_id": profile, "call_type": "ADD"}
    before = counts(environment)

    environment.client.lpush("activations", write(activation))
    after = until(lambda: (now := counts(environment)) != before and now, what=f"a count of {kind}")

    assert {name for name in after if after[name] != before[name]} == {kind}
    if kept:
        (letter,) = until(lambda: environment.letters(profile))
        assert letter.code == "Invalid"
        assert json.loads(letter.activation) == activation
    assert environment.client.llen("activations") == 0
    until(lambda: not environment.client.hlen("unacked"), what="an acknowledgement")
    assert status(environment).messages[kind] == after[kind]


@pytest.mark.parametrize("raw", [b'"hello"', b"hello", b"[]", b'{"properties": {}}', b'{"body": 1}'])
def test_a_broadcast_that_is_no_message_ends_no_worker(environment, app, raw):
    for channel in environment.client.pubsub_channels("*pidbox*"):
        environment.client.publish(channel, raw)

    answers = until(lambda: app.control.ping(timeout=2), what="an answer")
    assert len(answers) == 4


def test_a_message_in_a_queue_that_no_worker_takes_is_named(environment, app):
    app.send_task(TASK, args=[{}], queue="activatoins")

    found = status(environment)

    assert document(found)["messages"]["unrouted"] == 1
    assert 'the queue "activatoins", which no worker takes' in "\n".join(t.text for t in troubles(found))
    environment.client.delete("activatoins")
    assert status(environment).messages["unrouted"] == 0


def test_a_worker_with_the_wrong_secret_key_lives_on_and_is_reported(environment):
    environment.open("sealed")
    (stranger,) = environment.start("both", ACTIVATION_SECRET_KEY=Fernet.generate_key().decode())
    try:
        found = until(lambda: duty_trouble.read(environment.client), what="a note")
        assert [trouble.duty for trouble in found] == ["records"]
        assert found[0].reason.startswith("the secret key is not the one that the stored secrets")
        assert stranger.alive()
    finally:
        environment.stop([stranger])
    until(lambda: not duty_trouble.read(environment.client), what="the end of the note")


def test_entries_that_cannot_be_accepted_stop_none_after_them(environment):
    limited_account = environment.open("poisoned")
    half = json.dumps(of(limited_account, "half \ud83d")).encode()
    for shard in range(16):
        environment.client.rpush(f"intake:{shard}", b"[" * 1_000, half, b"\xff\x00")
    limited_account.activate(people(100))
    environment.drain(limited_account, within=60)

    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(100))
    assert len(environment.letters("half \\ud83d")) == 16


def test_a_thousand_odd_messages_end_no_worker_and_take_no_place(environment):
    """A worker waits for the acknowledgement of what it has fetched: a few that never come would stop it."""
    draw, limited_account = random.Random(7), environment.open("after-odd-ones")
    for _ in range(1_000):
        environment.client.lpush(draw.choice(QUEUES), odd_message(draw))
    limited_account.activate(people(50))
    environment.drain(limited_account)

    until(lambda: not any(environment.client.llen(queue) for queue in QUEUES), what="empty queues")
    until(lambda: not environment.client.hlen("unacked"), what="all acknowledgements")
    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(50))


ODD = (
    None,
    0,
    -1,
    1.5,
    True,
    "",
    "x",
    "\ud83d",
    [],
    ["x"],
    {},
    {"a": {"b": []}},
    [[1, 2], 3],
    10**30,
    "2020-01-01",
)
HEADERS = (
    *(
        "id",
        "task",
        "lang",
        "eta",
        "expires",
        "retries",
        "timelimit",
        "root_id",
        "parent_id",
        "group",
        "chord",
    ),
    *("shadow", "argsrepr", "ignore_result", "stamps", "stamped_headers", "redelivered", "origin"),
    *("compression", "delivery_info", "replaced_task_nesting"),
)
PROPERTIES = ("priority", "delivery_tag", "body_encoding", "delivery_info", "reply_to")
EMBEDDED = ("callbacks", "errbacks", "chain", "chord", "id", "delivery_info", "args", "task", "hostname")
TASKS = (TASK, "tasks.activation.accept", "tasks.delivery.deliver", "tasks.delivery.poll", "celery.chain",
         "celery.backend_cleanup", "celery.accumulate", "nobody's")  # fmt: skip


def odd_message(draw):
    """Bend a message: any part of it may be missing, of another type, or cut off."""
    args = draw.choice(
        [[{"audience": "x", "profile_id": "odd", "call_type": "ADD"}], [3], ["b", 1], draw.choice(ODD)]
    )
    embed = {name: draw.choice(ODD) for name in draw.sample(EMBEDDED, draw.randint(0, 2))}
    content = draw.choice(
        [[args, {}, embed], [args, {}, {}], [args, draw.choice(ODD), embed], draw.choice(ODD)]
    )
    headers = {
        "task": draw.choice(TASKS),
        **{n: draw.choice(ODD) for n in draw.sample(HEADERS, draw.randint(0, 2))},
    }
    names = draw.sample(
        ["priority", "delivery_tag", "body_encoding", "delivery_info", "reply_to"], draw.randint(0, 1)
    )
    properties = {name: draw.choice(ODD) for name in names}
    kind = draw.choice(["application/json"] * 4 + [PICKLE, "application/data", "", "x"])
    raw = envelope(content, headers, kind, **properties)
    return raw[: draw.randrange(len(raw))] if draw.random() < 0.1 else raw
