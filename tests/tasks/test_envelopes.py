"""tasks.envelopes: which messages kombu is given, and as what."""

import base64
import json

import pytest

from tasks import envelopes
from tests.cases import case

BODY = base64.b64encode(b"[[], {}, {}]").decode()
PROPERTIES = {
    "delivery_tag": "tag",
    "body_encoding": "base64",
    "delivery_info": {"exchange": "", "routing_key": "activations"},
}
WHOLE = {"body": BODY, "headers": {"task": "t"}, "properties": PROPERTIES, "content-type": "application/json"}


class Strays:
    """Remembers what it takes."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    def take_raw(self, raw):
        self.taken.append(raw)


@pytest.fixture
def strays(monkeypatch):
    worker = type("Worker", (), {"strays": Strays()})()
    monkeypatch.setattr(envelopes, "runtime", lambda: worker)
    return worker.strays


def without(name):
    return {**WHOLE, "properties": {key: value for key, value in PROPERTIES.items() if key != name}}


def test_a_whole_message_stays_as_it_is():
    assert envelopes.complete(json.loads(json.dumps(WHOLE)), "activations") == WHOLE


@pytest.mark.parametrize("name", ["delivery_tag", "delivery_info", "body_encoding"])
def test_what_a_message_lacks_of_its_envelope_is_put_in(name):
    found = envelopes.complete(json.loads(json.dumps(without(name))), "activations")

    assert found["properties"]["delivery_tag"]
    assert found["properties"]["delivery_info"] == PROPERTIES["delivery_info"]


@pytest.mark.parametrize(
    "raw",
    [
        *case("01-broken-message", "messages.txt").splitlines(),
        b"\xff",
        b"[" * 5_000,
        b"null",
        b"[]",
        b'{"properties": {}}',
        b'{"properties": {}, "body": 7}',
        b'{"properties": {"body_encoding": "rot13"}, "body": "x"}',
        b'{"properties": {"body_encoding": "base64"}, "body": "x"}',
        b'{"properties": {"body_encoding": [1]}, "body": "x"}',
        b'{"properties": {}, "body": "x", "headers": []  , "y": {"__type__": "datetime", "__value__": 1}}',
        b'{"properties": {}, "body": "x", "headers": "text"}',
    ],
)
def test_what_kombu_cannot_read_is_set_aside(strays, raw):
    assert not envelopes.is_message(raw, "activations")
    assert strays.taken == [raw]


def test_a_queue_is_named_whatever_the_priority():
    assert envelopes.queue_of(b"activations\x06\x163") == "activations"
    assert envelopes.queue_of(b"activations") == "activations"
