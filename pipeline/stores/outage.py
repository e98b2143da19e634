"""Outages: errors of a store or of this process, as against errors that one value causes.

An outage ends, so its work is tried again for ever. A value that cannot be read, built or stored stays so:
its row is set apart, and the rows after it go on.
"""

import redis
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
)

from pipeline.errors import Misconfigured

LIMIT_EXCEEDED = "54"  # PostgreSQL's class of states for values that are too large, an OperationalError


def is_outage(error: BaseException) -> bool:
    """Tell whether an error would have come for any value; False: the value has caused it."""
    if isinstance(error, redis.RedisError):
        return not in_script(error)
    if isinstance(error, SQLAlchemyError):
        return not of_value(error)
    return isinstance(error, OSError | MemoryError | Misconfigured) or not isinstance(error, Exception)


def in_script(error: redis.RedisError) -> bool:
    """Tell whether a Lua script broke off because of its arguments, or of a key of another type."""
    text = str(error)
    broken = text.startswith(("user_script", "ERR user_script", "Error running script", "WRONGTYPE"))
    return type(error) is redis.ResponseError and broken


def of_value(error: SQLAlchemyError) -> bool:
    """Tell whether a database, or its driver, refused a value."""
    if isinstance(error, OperationalError):
        return str(getattr(error.orig, "sqlstate", None) or "").startswith(LIMIT_EXCEEDED)
    if isinstance(error, DBAPIError):
        return isinstance(error, DataError | IntegrityError)
    return isinstance(error, StatementError)
