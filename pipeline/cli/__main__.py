"""``python -m pipeline.cli``: the same as the command ``activation``."""

from pipeline.cli import main

main(prog_name="activation")
