"""Dead letters for tests of pages: rows that the emulated account takes when they are sent again."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete

from pipeline.demo import sample
from pipeline.settle.dead_letters import DeadLetter, Filter, find_letters, store
from pipeline.stores.tables import dead_letters
from tests.web.console.installation import Installation

DESTINATION, CONNECTOR = "lapsed-event", "demo"


def add_letters(installation: Installation, code: str, amount: int, **changes: Any) -> Sequence[str]:
    """Store open letters of a code of its own, and return their ids."""
    members = [row for row in sample.rows() if row["identifiers"].get("email", "").startswith("demo-")]
    letters = []
    for number, row in enumerate(members[:amount]):
        profile = f"{code.lower()}-{number}"
        activation = json.dumps({**row, "profile_id": profile, "audience": sample.AUDIENCE})
        values: dict[str, Any] = {
            "id": f"{code.lower()}{number:04}",
            "connector": CONNECTOR,
            "destination": DESTINATION,
            "audience": sample.AUDIENCE,
            "profile_id": profile,
            "code": code,
            "detail": "made by a test",
            "activation": activation,
        }
        letters.append(DeadLetter(**values | changes))
    with installation.stores.engine.begin() as connection:
        store(connection, letters)
    return [letter.id for letter in letters]


def states(installation: Installation, code: str) -> set[str]:
    """Return the states of the letters of a code."""
    chosen = Filter(code=code, state=None)
    return {letter.state for letter in find_letters(installation.stores.engine, chosen, most=1_000)}


def drop_letters(installation: Installation, code: str) -> None:
    """Delete the letters of a code."""
    with installation.stores.engine.begin() as connection:
        connection.execute(delete(dead_letters).where(dead_letters.c.code == code))
