"""Errors of the spool: its disk takes no more, say. They are ours, not the file's."""

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.errors import RetryLater
from pipeline.event_files.spool import NO_ROOM

LONGEST = 200  # characters


@contextmanager
def spool_errors() -> Iterator[None]:
    """Raise RetryLater in the place of an error of the disk."""
    try:
        yield
    except OSError as error:
        raise unusable_spool(error.strerror or type(error).__name__) from error


def unusable_spool(reason: str) -> RetryLater:
    """Return the error of a spool that cannot be used."""
    return RetryLater(NO_ROOM, f"the spool cannot be used: {reason[:LONGEST]}")
