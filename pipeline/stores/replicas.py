"""Changes that wait until replicas have them, so that no promotion of one of those loses them.

Redis replicates after it has answered. If a primary ends, changes that no replica has are lost, unless the
client waited (WAIT). A client waits for ``ACTIVATION_REPLICAS`` of them, by default for none.
"""

from collections.abc import Sequence
from typing import Any

from pipeline.stores.unready import TooFewReplicas

WAIT_MS = 2_000  # for replicas that lag; connections wait longer for an answer
# WAIT waits for the last change of its own connection. A repeat may change nothing: this counts as a change,
# also on a full server.
COMMANDS_OF_WAIT = 2


def wait_commands(replicas: int) -> list[tuple[str | int, ...]]:
    """Return the commands that wait for everything before them; none for no replicas."""
    return [("PUBLISH", "replicas", ""), ("WAIT", replicas, WAIT_MS)] if replicas else []


def require(replicas: int, answers: Sequence[Any]) -> None:
    """Raise TooFewReplicas if fewer have it; ``answers`` end with those of ``wait_commands``."""
    if replicas and answers[-1] < replicas:
        raise TooFewReplicas(f"{answers[-1]} of {replicas} have it; ACTIVATION_REPLICAS asks for all of them")
