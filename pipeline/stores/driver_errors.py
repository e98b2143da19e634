"""Errors of a statement on the driver's own cursor, raised as SQLAlchemy would raise them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from pipeline.stores.store_failure import marked


@contextmanager
def as_sqlalchemy(engine: Engine) -> Iterator[None]:
    """Raise SQLAlchemy's error in the place of the driver's."""
    try:
        yield
    except engine.dialect.loaded_dbapi.Error as error:
        raise sqlalchemy_error(engine, error) from error


def sqlalchemy_error(engine: Engine, error: Exception) -> BaseException:
    """Return SQLAlchemy's error for one of the driver; without parameters, which may be personal."""
    dialect = engine.dialect
    driver_error = dialect.loaded_dbapi.Error
    found = DBAPIError.instance(None, None, error, driver_error, hide_parameters=True, dialect=dialect)
    return marked(found, engine.url)
