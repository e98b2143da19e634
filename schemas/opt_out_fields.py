"""Opt-out fields: a person's wishes about a channel, which only a consent may carry."""

import re
from typing import Final

# Salesforce's boxes of leads, contacts, person accounts and individuals, and Responsys' columns of consent.
OPT_OUT: Final = re.compile(
    r"(?:Person)?(?:HasOptedOut\w*|DoNotCall)|ShouldForget|\w+_PERMISSION_STATUS_", re.IGNORECASE
)
REFUSED: Final = "holds a wish about a channel; only a consent may carry it"


def opt_out_problem(path: str) -> str | None:
    """Return why a field or path may not be read or written, None if it may."""
    name = path.rpartition(".")[2]
    return f'"{name}" {REFUSED}' if OPT_OUT.fullmatch(name) else None
