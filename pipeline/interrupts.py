"""Ctrl-C: it ends a command at any moment, without a traceback.

While modules are imported there is nothing to put away, and a library that meets a KeyboardInterrupt may turn
it into another error, or have it printed and go on.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer, current_thread, main_thread
from typing import Any

INTERRUPTED = 128 + signal.SIGINT  # the exit code that a shell expects after Ctrl-C
FINALIZED = 0.01  # seconds, after which a finalizer has ended


@contextmanager
def ended_by_interrupt() -> Iterator[None]:
    """Have Ctrl-C end the process at once meanwhile."""
    handler = signal.getsignal(signal.SIGINT)
    if handler is not signal.default_int_handler or current_thread() is not main_thread():
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def end_at_interrupt() -> None:
    """From now on Ctrl-C ends the process at once, unless it is ignored."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def raise_interrupts() -> None:
    """From now on Ctrl-C raises KeyboardInterrupt, unless it is ignored.

    One that comes within a finalizer, where Python prints it and goes on, comes once more.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    shown = sys.unraisablehook

    def hook(found: Any) -> None:
        if isinstance(found.exc_value, KeyboardInterrupt):
            Timer(FINALIZED, signal.pthread_kill, (main_thread().ident, signal.SIGINT)).start()
        else:
            shown(found)

    sys.unraisablehook = hook


def comes_of_interrupt(error: BaseException | None) -> bool:
    """Tell whether an error is Ctrl-C, or was raised in its place."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False
