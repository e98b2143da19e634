import json
from datetime import datetime

import pytest

from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import DeadLetter
from tests.accept.test_acceptance import entry


@pytest.fixture
def keep(engine):
    def keep(*ids: str, at: datetime | None = None, destination: str | None = "lapsed", **changes) -> None:
        letters = [
            DeadLetter(
                **{
                    "id": name,
                    "connector": destination and "acme",
                    "destination": destination,
                    "audience": "lapsed-buyers",
                    "profile_id": name,
                    "code": "Timeout",
                    "detail": "no answer",
                    "activation": json.dumps(entry(name)),
                    **changes,
                }
            )
            for name in ids
        ]
        with engine.begin() as connection:
            dead_letters.store(connection, letters, at)

    return keep
