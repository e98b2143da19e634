"""Messages bent in any part: reading one raises nothing that ends a worker, and its bytes are set aside."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kombu.exceptions import ContentDisallowed, DecodeError
from kombu.transport.virtual import Message

from pipeline.accept.strays import activations_in, decoded
from tasks import envelopes
from tasks.consumer import check_form

SURROGATES = st.text(st.characters(codec=None), max_size=8)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | SURROGATES | st.just("2020-01-01")
ANY_JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SURROGATES, inner, max_size=3)
)
ACTIVATION = st.just({"audience": "x", "profile_id": "odd", "call_type": "ADD"})
ARGUMENTS = st.lists(ACTIVATION | ANY_JSON, max_size=2) | ANY_JSON
CONTENT = st.one_of(
    ANY_JSON,
    st.tuples(ARGUMENTS, ANY_JSON | st.just({}), ANY_JSON | st.just({})),
    st.fixed_dictionaries(
        {}, optional={"task": ANY_JSON, "id": ANY_JSON, "args": ARGUMENTS, "kwargs": ANY_JSON}
    ),
)
NAMES = ("id", "task", "retries", "shadow", "timelimit", "stamps", "stamped_headers", "eta", "expires")
HEADERS = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, ANY_JSON)) | ANY_JSON
PROPERTIES = st.one_of(
    ANY_JSON,
    st.fixed_dictionaries(
        {},
        optional={
            "delivery_tag": ANY_JSON,
            "delivery_info": ANY_JSON,
            "body_encoding": st.sampled_from(["base64", "x", None, 1]),
            "priority": ANY_JSON,
        },
    ),
)
TYPES = st.sampled_from(["application/json", "application/x-python-serialize", "", "x"]) | ANY_JSON


def body_of(content):
    return base64.b64encode(json.dumps(content).encode()).decode()


ENVELOPES = st.fixed_dictionaries(
    {},
    optional={
        "body": CONTENT.map(body_of) | ANY_JSON,
        "headers": HEADERS,
        "properties": PROPERTIES,
        "content-type": TYPES,
        "content-encoding": st.sampled_from(["utf-8", "binary", "x"]) | ANY_JSON,
    },
)
RAW = (ENVELOPES | ANY_JSON).map(lambda message: json.dumps(message).encode())
CUT = st.tuples(RAW, st.integers(0, 200)).map(lambda cut: cut[0][: cut[1]])


class Strays:
    """Remembers what it takes."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    def take_raw(self, raw):
        self.taken.append(raw)


@pytest.fixture(scope="module")
def strays():
    worker = type("Worker", (), {"strays": Strays()})()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(envelopes, "runtime", lambda: worker)
        yield worker.strays


@given(raw=RAW | CUT | st.binary(max_size=50))
def test_a_message_is_given_to_kombu_or_set_aside(strays, raw):
    strays.taken.clear()

    usable = envelopes.is_message(raw, "activations")

    assert strays.taken == ([] if usable else [raw])


@given(raw=RAW)
def test_what_kombu_is_given_ends_no_worker(strays, raw):
    """All that reading it may raise is caught in tasks/consumer.py, and by ``Consumer`` of Celery."""
    if not envelopes.is_message(raw, "activations"):
        return
    message = None
    try:
        message = Message(
            envelopes.complete(json.loads(raw), "activations"), channel=None, accept={"application/json"}
        )
        check_form(message)
    except (*envelopes.OF_MESSAGE, DecodeError, ContentDisallowed):
        pass
    if message is not None:
        assert isinstance(activations_in(decoded(message.body, message.content_type)), list)
