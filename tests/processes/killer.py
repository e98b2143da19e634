"""A worker that an entry kills: ``python -m tests.processes.killer NAME``, as a segmentation fault would."""

import os
import signal
import sys
from typing import Any

from celery.__main__ import main

from pipeline.model.action import Action
from pipeline.responsys.actions.custom_event import CustomEvent

KILLER = "killer"  # the profile
harmless = CustomEvent.problem


def problem(action: Any, activation: Any) -> Any:
    """Kill this process if the activation is of that profile."""
    if activation.profile_id == KILLER:
        os.kill(os.getpid(), signal.SIGKILL)
    return harmless(action, activation)


if __name__ == "__main__":
    CustomEvent.problem, CustomEvent.problems = problem, Action.problems
    options = "--quiet -A tasks worker -P threads -c 2 -Q activations --without-gossip --without-mingle"
    sys.argv = ["celery", *options.split(), "-n", f"{sys.argv[1]}@%h"]
    main()
