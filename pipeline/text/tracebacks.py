"""Tracebacks without customers' data: the texts of most exceptions quote values."""

import traceback

import redis
from sqlalchemy.exc import InterfaceError, OperationalError

from pipeline.errors import CallError, PipelineError

DEEPEST = 30  # frames
# Their texts are about us, or about stores that cannot be used.
SPEAKING = (PipelineError, OSError, redis.RedisError, OperationalError, InterfaceError)


def traced(error: BaseException) -> str:
    """Return where an exception and its causes come from, the first cause first."""
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "\nwhich led to:\n".join(part(each) for each in reversed(found))


def part(error: BaseException) -> str:
    """Return the frames of one exception, which show our code and no values, and its name."""
    return "".join(traceback.format_tb(error.__traceback__, -DEEPEST)) + called(error)


def called(error: BaseException) -> str:
    """Name an exception, and repeat its text only where no value can be in it."""
    name = type(error).__name__
    if isinstance(error, CallError):
        return f"{name}: {error.code}"
    return f"{name}: {str(error).partition(chr(10))[0]}" if isinstance(error, SPEAKING) else name
