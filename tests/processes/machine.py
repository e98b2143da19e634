"""Machine: promises are of seconds on a machine that has a core for each process with work."""

import os


def load() -> float:
    """Return the processes with work for each core, over the last minute."""
    return os.getloadavg()[0] / (os.cpu_count() or 1)


def on_this_machine(seconds: float) -> float:
    """Return the time in which a promise of ``seconds`` is to be kept: in proportion longer under load.

    That the pauses of the program itself are short enough is tested with a clock, not here.
    """
    return seconds * max(1.0, load())
