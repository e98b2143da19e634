"""Read a snapshot from a database: the result of a source's query, row by row."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import URL, DateTime, Engine, TextClause, bindparam, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DataError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from pipeline.errors import Misconfigured
from pipeline.model.source import Source
from pipeline.produce.lines import FileLine
from pipeline.text.redaction import masked
from schemas.activation_fields import IDENTIFIERS

FETCH_ROWS = 2_000  # at a time
PROFILE = "profile_id"


def read_query(source: Source, now: datetime) -> Iterator[FileLine]:
    """Run the query of a source, with ``now`` as its ``:now``, and give its rows as members.

    Raises Misconfigured when that cannot be done; its message holds no password.
    """
    engine = open_source(source)
    try:
        with engine.connect() as connection:
            streaming = connection.execution_options(yield_per=FETCH_ROWS, **read_only(engine))
            with closing(streaming.execute(statement(source), parameters(source, now))) as result:
                places = columns(source, list(result.keys()))
                for number, row in enumerate(result, 1):
                    yield FileLine(number, member(places, row))
    except SQLAlchemyError as error:
        raise Misconfigured(f'source "{source.name}": its query failed: {reason(error)}') from error
    finally:
        engine.dispose()


def reason(error: SQLAlchemyError) -> str:
    """Quote the database's reason, unless it is about a value, which the reason would show."""
    original = getattr(error, "orig", None) or error
    if isinstance(error, DataError | IntegrityError):
        return f"{type(original).__name__}, about a value that is not shown here"
    return masked(str(original).partition("\n")[0])


def open_source(source: Source) -> Engine:
    """Return an engine that shows no parameters."""
    try:
        url = make_url(source.url)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        refuse_missing_file(source, url)
        return create_engine(url, hide_parameters=True)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise Misconfigured(
            f'source "{source.name}": there is no driver for its url: {error}; install one'
        ) from error
    except (ArgumentError, ValueError):
        raise Misconfigured(f'source "{source.name}": url is not a database URL') from None


def refuse_missing_file(source: Source, url: URL) -> None:
    """Raise Misconfigured instead of having SQLite make an empty database."""
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        raise Misconfigured(f'source "{source.name}": there is no file {url.database}')


def read_only(engine: Engine) -> dict[str, Any]:
    """Return options that keep a query from changing anything, where there are some."""
    return {"postgresql_readonly": True} if engine.dialect.name == "postgresql" else {}


def statement(source: Source) -> TextClause:
    """Return the query."""
    query = text(source.query)
    return query.bindparams(bindparam("now", type_=DateTime(timezone=True))) if asks_for_now(query) else query


def parameters(source: Source, now: datetime) -> dict[str, datetime]:
    """Return the parameters that the query names."""
    return {"now": now} if asks_for_now(text(source.query)) else {}


def asks_for_now(query: TextClause) -> bool:
    """Tell whether a query has a ``:now``."""
    return "now" in query.compile().params


def columns(source: Source, names: list[str]) -> list[tuple[str, str]]:
    """Return the part of an activation and the name that each column becomes.

    Raises Misconfigured when the columns and the configuration do not fit.
    """
    missing = sorted(source.columns.keys() - set(names))
    if missing:
        raise Misconfigured(f'source "{source.name}": its result has no column {", ".join(missing)}')
    become = [source.columns.get(name, name) for name in names]
    if PROFILE not in become:
        raise Misconfigured(
            f'source "{source.name}": no column of its result is profile_id; it has: {", ".join(names)}'
        )
    twice = sorted({name for name in become if become.count(name) > 1})
    if twice:
        raise Misconfigured(f'source "{source.name}": more than one column is {", ".join(twice)}')
    return [(place_of(name), name) for name in become]


def place_of(name: str) -> str:
    """Tell which part of an activation a name belongs to."""
    if name == PROFILE:
        return name
    return "identifiers" if name in IDENTIFIERS else "variables"


def member(places: Iterable[tuple[str, str]], row: Iterable[Any]) -> Mapping[str, Any]:
    """Return one row as a member; an identifier that is NULL is absent, a variable is null."""
    identifiers: dict[str, Any] = {}
    variables: dict[str, Any] = {}
    found: dict[str, Any] = {"identifiers": identifiers, "variables": variables}
    for (place, name), value in zip(places, row, strict=True):
        plain = plainly(value)
        if place == "variables":
            variables[name] = plain
        elif plain is not None:
            (identifiers if place == "identifiers" else found)[name] = as_text(plain)
    return found


def as_text(value: Any) -> Any:
    """Write whole numbers as text: keys are numbers in many databases."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def plainly(value: Any) -> Any:
    """Turn types that JSON lacks into text or a number."""
    if isinstance(value, Decimal):
        whole = value.is_finite() and value == value.to_integral_value()
        return int(value) if whole else float(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value
