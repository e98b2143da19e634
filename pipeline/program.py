"""The program ``activation``, from its first line to its last."""

import sys

from pipeline.interrupts import INTERRUPTED, end_at_interrupt, ended_by_interrupt, repeat_unraised


def run() -> None:
    """Run the command line; Ctrl-C ends it without a traceback."""
    with ended_by_interrupt():
        from pipeline.cli import main
    repeat_unraised()
    try:
        main(prog_name="activation")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        end_at_interrupt()
