"""Standard streams that a shell closed, or that can take no more."""

import codecs
import os
import sys
from typing import Any, TextIO

ESCAPE = "activation.escape"  # the name under which codecs knows as_json_does
STREAMS = ("stdin", "stdout", "stderr")  # in the order of their file descriptors


class OutputFull(Exception):
    """Standard output takes no more: its disk is full, say."""


class Output:
    """A text stream that raises OutputFull, where other files raise OSError."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text; raises OutputFull."""
        return int(self._told(self._stream.write, text))

    def flush(self) -> None:
        """Write the buffer; raises OutputFull."""
        self._told(self._stream.flush)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _told(self, action: Any, *arguments: str) -> Any:
        try:
            return action(*arguments)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputFull(f"standard output: {error.strerror}") from error


def open_closed() -> None:
    """Give each stream that the shell closed (``>&-``) the null device.

    Otherwise the next file that is opened, such as the database, would have the number of standard output.
    """
    for number, name in enumerate(STREAMS):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            setattr(sys, name, os.fdopen(number, "r" if name == "stdin" else "w"))


def escape_unwritable() -> None:
    r"""Escape characters that an encoding lacks, such as half a surrogate pair, as JSON does: ``\ud83d``."""
    codecs.register_error(ESCAPE, as_json_does)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=ESCAPE)


def as_json_does(error: UnicodeError) -> tuple[str, int]:
    """Escape the characters that an encoding lacks, each unit of UTF-16 for itself."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    escapes = [f"\\u{units[n]:02x}{units[n + 1]:02x}" for n in range(0, len(units), 2)]
    return "".join(escapes), error.end


def give_up_output() -> None:
    """Drop the buffer of standard output, which Python would try to write when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
