"""Read a snapshot from a database: the result of a source's query, row by row."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    DateTime,
    Engine,
    String,
    TextClause,
    bindparam,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, DataError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from pipeline.errors import Misconfigured
from pipeline.model import plain
from pipeline.model.source import SqlSource
from pipeline.produce.columns import PROFILE, become, cleaned, place_of, twice, unmatched
from pipeline.produce.lines import FileLine
from pipeline.snapshots.odd_values import with_odd_values
from pipeline.stores.database_url import SCHEMES, problems_of
from pipeline.text.redaction import masked
from schemas.query_text import NOW, rewritten
from schemas.query_text import parameters as names_of_parameters

FETCH_ROWS = 2_000  # at a time
COLON = "\ue03a"  # stands for a colon within quotes, in which SQLAlchemy sees parameters


def read_query(source: SqlSource, now: datetime) -> Iterator[FileLine]:
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
        raise Misconfigured(f'source "{source.name}": its query failed: {trouble_text(error)}') from error
    finally:
        engine.dispose()


def trouble_text(error: SQLAlchemyError) -> str:
    """Quote the database's reason, unless it is about a value, which the reason would show."""
    original = getattr(error, "orig", None) or error
    if isinstance(error, DataError | IntegrityError):
        return f"{type(original).__name__}, about a value that is not shown here"
    return masked(str(original).partition("\n")[0])


def open_source(source: SqlSource) -> Engine:
    """Return an engine that shows no parameters."""
    try:
        url = make_url(source.url)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        refuse_missing_file(source, url)
        refuse_unknown_options(source, url)
        return with_odd_values(with_colons(create_engine(url, hide_parameters=True)))
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise Misconfigured(
            f'source "{source.name}": there is no driver for its url: {error}; install one'
        ) from error
    except (ArgumentError, ValueError):
        raise Misconfigured(f'source "{source.name}": url is not a database URL') from None


def refuse_missing_file(source: SqlSource, url: URL) -> None:
    """Raise Misconfigured instead of having SQLite make an empty database."""
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        raise Misconfigured(f'source "{source.name}": there is no file {url.database}')


def refuse_unknown_options(source: SqlSource, url: URL) -> None:
    """Raise Misconfigured for an option that is ignored, or that ends a run; another driver has its own."""
    backend = url.get_backend_name()
    if backend not in SCHEMES or "uri" in url.query:
        return
    if problem := next(problems_of(backend, source.url.partition("?")[2]), None):
        raise Misconfigured(f'source "{source.name}": url {problem}')


def read_only(engine: Engine) -> dict[str, Any]:
    """Return options that keep a query from changing anything, where there are some."""
    return {"postgresql_readonly": True} if engine.dialect.name == "postgresql" else {}


def with_colons(engine: Engine) -> Engine:
    """Return an engine that puts colons in the places of ``COLON`` before the database sees them."""

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def put_back(_: Any, __: Any, query: str, values: Any, *___: Any) -> tuple[str, Any]:
        return query.replace(COLON, ":"), values

    return engine


def statement(source: SqlSource) -> TextClause:
    """Return the query; a record of an older version may have other parameters, at which it fails."""
    query = text(rewritten(source.query, lambda quoted: quoted.replace("\\:", ":").replace(":", COLON)))
    if NOW not in names_of_parameters(source.query):
        return query
    return query.bindparams(bindparam(NOW, type_=String() if source.of_events else DateTime(timezone=True)))


def parameters(source: SqlSource, now: datetime) -> dict[str, datetime | str]:
    """Return the parameters that the query names; the events store has times as text."""
    if NOW not in names_of_parameters(source.query):
        return {}
    return {NOW: f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if source.of_events else now}


def columns(source: SqlSource, names: list[str]) -> list[tuple[str, str]]:
    """Return the part of an activation and the name that each column becomes.

    Raises Misconfigured when the columns and the configuration do not fit.
    """
    names = [cleaned(name) for name in names]
    mapping = {cleaned(name): target for name, target in source.columns.items()}
    if missing := unmatched(mapping, names):
        raise Misconfigured(f'source "{source.name}": its result has no column {", ".join(missing)}')
    targets = become(names, mapping, (PROFILE,))
    if PROFILE not in targets:
        raise Misconfigured(
            f'source "{source.name}": no column of its result is profile_id; it has: {", ".join(names)}'
        )
    if repeated := twice(targets):
        raise Misconfigured(f'source "{source.name}": more than one column is {", ".join(repeated)}')
    return [(place_of(name, (PROFILE,)), name) for name in targets]


def member(places: Iterable[tuple[str, str]], row: Iterable[Any]) -> Mapping[str, Any]:
    """Return one row as a member; an identifier that is NULL is absent, a variable is null."""
    identifiers: dict[str, Any] = {}
    variables: dict[str, Any] = {}
    found: dict[str, Any] = {"identifiers": identifiers, "variables": variables}
    for (place, name), value in zip(places, row, strict=True):
        if place == "variables":
            variables[name] = plain.variable(value)
        elif (given := plain.as_id(value)) is not None:
            (identifiers if place else found)[name] = given
    return found
