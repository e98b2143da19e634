"""The program ``activation``, from its first line to its last; an entry point, which nothing else imports."""

import _signal  # type: ignore[import-not-found]  # compiled in: `signal` takes milliseconds to import

# Before all else is imported; an interrupt that is ignored stays so.
if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)


def run() -> None:
    """Run the command line; Ctrl-C ends it without a traceback."""
    import sys

    from pipeline.cli import main
    from pipeline.interrupts import INTERRUPTED, end_at_interrupt, raise_interrupts

    try:
        raise_interrupts()
        main(prog_name="activation")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        end_at_interrupt()
