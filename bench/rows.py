"""The profiles that all contenders activate; nothing but the standard library, for every interpreter here."""

from collections.abc import Iterator
from typing import Any

AUDIENCE = "lapsed-buyers"
EVENT = "LAPSED"
CITIES = ("Oslo", "Turin", "Lyon", "Porto", "Ghent")


def rows(count: int, audience: str = AUDIENCE, prefix: str = "p") -> Iterator[dict[str, Any]]:
    """Yield that many activations, each of a profile of its own."""
    for number in range(count):
        yield {
            "audience": audience,
            "profile_id": f"{prefix}-{number}",
            "call_type": "ADD",
            "identifiers": {"email": f"{prefix}-{number}@example.com"},
            "variables": {
                "tier": "gold",
                "points": number,
                "city": CITIES[number % 5],
                "store": "Main Street",
            },
        }
