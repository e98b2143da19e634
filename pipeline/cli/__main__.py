"""``python -m pipeline.cli``: the same as the command ``activation``."""

from pipeline.program import run

run()
