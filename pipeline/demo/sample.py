"""The sample audience: the same 2,000 rows every time.

Most people are members of the emulator's list. Some rows are spoilt on purpose: those that no activation can
be made of are refused at the door, those without the identifier that the destination needs become ``Invalid``
dead letters, and Responsys does not know the strangers.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from pipeline.responsys.identifiers import hash_email

AUDIENCE = "lapsed-buyers"
ROWS = 2_000
UNKNOWN = 40  # strangers
NAMELESS = 8  # without an e-mail address or its hash
BROKEN = 12  # refused at the door

CALL_TYPES = ("ADD",) * 14 + ("UPDATE",) * 4 + ("REMOVE",) * 2
TIERS = ("bronze", "silver", "gold")
CITIES = ("Bergen", "Gdańsk", "Lyon", "Porto", "Turku")


def rows() -> Iterator[dict[str, Any]]:
    """Give all rows, the spoilt ones scattered among the good ones."""
    dice = Random(2026)  # noqa: S311  the same every time
    odd = dice.sample(range(ROWS), UNKNOWN + NAMELESS + BROKEN)
    unknown, nameless = set(odd[:UNKNOWN]), set(odd[UNKNOWN : UNKNOWN + NAMELESS])
    broken = set(odd[UNKNOWN + NAMELESS :])
    for number in range(ROWS):
        row = good_row(number, dice)
        if number in unknown:
            row["identifiers"] = {"email": f"stranger-{number}@example.net"}
        elif number in nameless:
            row["identifiers"] = {"crm_id": f"C-{number}"}
        elif number in broken:
            row |= dice.choice(MISTAKES)
        yield row


MISTAKES: tuple[dict[str, Any], ...] = (
    {"call_type": "DELETE"},
    {"profile_id": ""},
    {"variables": {"orders": [1, 2, 3]}},
    {"occurred_at": "last Tuesday"},
)


def good_row(number: int, dice: Random) -> dict[str, Any]:
    """Give the row of one member; some come with their address, some with its hash only."""
    address = f"demo-{number}@example.com"
    hashed = dice.random() < 0.3
    return {
        "profile_id": f"profile-{number:04}",
        "call_type": dice.choice(CALL_TYPES),
        "identifiers": {"hashed_email": hash_email(address)} if hashed else {"email": address},
        "variables": {
            "tier": dice.choice(TIERS),
            "city": dice.choice(CITIES),
            "points": dice.randrange(5_000),
            "days_since_order": dice.randrange(60, 720),
        },
    }
