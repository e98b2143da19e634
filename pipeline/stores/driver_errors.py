"""Errors of a database's driver, whose own cursor runs a statement, as SQLAlchemy would raise them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Dialect
from sqlalchemy.exc import DBAPIError


@contextmanager
def as_sqlalchemy(dialect: Dialect) -> Iterator[None]:
    """Raise SQLAlchemy's error in the place of the driver's."""
    try:
        yield
    except dialect.loaded_dbapi.Error as error:
        raise sqlalchemy_error(dialect, error) from error


def sqlalchemy_error(dialect: Dialect, error: Exception) -> BaseException:
    """Return SQLAlchemy's error for one of the driver; without parameters, which may be personal."""
    return DBAPIError.instance(
        None, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
    )
