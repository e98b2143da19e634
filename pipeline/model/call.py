"""A call to an outside system and what it says of each row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """One HTTP request; ``function`` is what the account's limits count it by."""

    function: str
    path: str  # percent-encoded, from the host on
    body: Mapping[str, Any] | None = field(default=None, repr=False)  # as JSON; may hold structs
    method: str = "POST"


@dataclass(frozen=True)
class Rejection:
    """Why one row was not delivered; None in its place means it was."""

    code: str
    detail: str = ""
