"""Unreadable entries: the names that can still be read, for their dead letters."""

import json

from pipeline.accept.intake import Claim
from pipeline.model.activation import Activation
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import DeadLetter
from pipeline.text.escapes import escaped, storable

SALVAGED = 255  # characters of a name that is shown although its activation is not valid


def salvage(entry: bytes) -> Activation:
    """Read the audience and the profile id of an invalid entry, as far as they are text; "" if not."""
    try:
        found = json.loads(entry)
    except (ValueError, RecursionError):
        found = None
    names = found if isinstance(found, dict) else {}
    audience, profile = (
        storable(value[:SALVAGED]) if isinstance(value, str) else ""
        for value in map(names.get, ("audience", "profile_id"))
    )
    return Activation(audience=audience, profile_id=profile, call_type="UPDATE")


def last_letter(claim: Claim, error: BaseException) -> DeadLetter:
    """Write the dead letter of a claim's only entry, which nothing else can be done with."""
    entry = claim.entries[0]
    activation = salvage(entry)
    return DeadLetter(
        id=dead_letters.letter_id(claim.id, claim.key(0), ""),
        connector=None,
        destination=None,
        audience=activation.audience,
        profile_id=activation.profile_id,
        code="Invalid",
        detail=reason(claim, error),
        activation=escaped(entry),
    )


def reason(claim: Claim, error: BaseException) -> str:
    """Say why a claim's only entry cannot be accepted."""
    if claim.deaths:
        return f"accepting it ended its worker {claim.deaths} times, when it was alone"
    return f"accepting it failed ({type(error).__name__}); the workers' log says where"
