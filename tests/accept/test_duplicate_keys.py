"""How repeats are recognised: accept.lua is the authority, and ``Intake.recognises`` says the same before."""

import json

import pytest

from pipeline.accept.entry_ids import CHOSEN, GENERATED, REPLAY, DuplicateKey
from pipeline.accept.intake import Intake
from pipeline.accept.routes import Routes
from tests.builders import configure

SEEN, NEW = "5ee", "0e1"


@pytest.mark.parametrize(
    "key",
    [
        *(DuplicateKey(kind, digest) for kind in (CHOSEN, REPLAY) for digest in (SEEN, NEW)),
        *(DuplicateKey(GENERATED, SEEN, producer, "9") for producer in ("known", "other")),
        *(DuplicateKey(GENERATED, NEW, "known", chunk) for chunk in ("6", "7", "8", "10")),
        DuplicateKey(GENERATED, NEW, "other", "0"),
        *(DuplicateKey(CHOSEN, digest, former="f0e", content="7") for digest in (SEEN, NEW)),
        DuplicateKey(GENERATED, NEW, "known", "8", content="7"),
    ],
)
def test_a_repeat_is_recognised_before_accepting_as_in_it(redis, key):
    configure(redis)
    redis.set(f"seen:{SEEN}", "1")
    redis.set("producer:known", 7)
    redis.rpush("intake:0", json.dumps({"profile_id": "p-1"}))
    intake, routes = Intake(redis, window=60), Routes(entries=1)
    claim = intake.claim(0)

    recognised = intake.recognises(key)

    routes.put(0, "p-1", (), key)
    assert intake.accept(claim, routes).repeated == int(recognised)
