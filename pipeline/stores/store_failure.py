"""Failures of SQL stores in words: which store, the database's own reason, and the way out.

An error itself does not tell which of two open stores failed, so each engine marks its own.
"""

from sqlalchemy import URL, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError, SQLAlchemyError

from pipeline.errors import Misconfigured

ROOM = "make room on its disk; then all goes on"
RIGHTS = "let this user read and write the file, those beside it and its folder"
OTHER_FILE = "bring back the file that was there, and restart what uses it"
SERVER = "start its server, or correct the URL"
GONE = "its file is not there any more"
WAYS_OUT = {  # by words of SQLite's reason, and of PostgreSQL's
    GONE: "bring it back; to begin with an empty one, restart what uses it",
    "disk is full": ROOM,
    "disk I/O error": f"{ROOM}, unless the disk itself fails",
    "No space left": ROOM,
    "readonly database": RIGHTS,
    "unable to open": RIGHTS,
    "no such table": OTHER_FILE,
    "no such column": OTHER_FILE,
    "malformed": "bring it back from a back-up",
    "not a database": "bring it back from a back-up",
    "database is locked": "end what holds its lock",
    "Connection refused": SERVER,
    "Is the server running": SERVER,
    "permission denied": "grant its user what is missing",
}
LONGEST = 200  # characters of a reason
MARK = "failed_store"  # attribute of an error: the URL of its store


def mark_errors(engine: Engine) -> None:
    """Have the errors of an engine tell their store."""

    def mark(context: ExceptionContext) -> None:
        if context.sqlalchemy_exception is not None:
            marked(context.sqlalchemy_exception, engine.url)

    event.listen(engine, "handle_error", mark)


def marked(error: BaseException, url: URL) -> BaseException:
    """Return an error that tells its store."""
    setattr(error, MARK, url)
    return error


def store_of(error: BaseException) -> URL | None:
    """Return the URL of the store that failed; None: the error does not tell."""
    found: URL | None = getattr(error, MARK, None)
    return found


def unusable(url: URL, error: Exception) -> Misconfigured:
    """Return the error for a database that cannot be used: its name, the reason, the way out; no password."""
    reason = str(error.orig if isinstance(error, DBAPIError) else error)
    return Misconfigured(sentence(url, reason))


def in_words(error: SQLAlchemyError) -> str:
    """Return the failed store, the reason and the way out in words, without values that an error quotes."""
    url, reason = store_of(error), reason_of(error)
    return sentence(url, reason) if url else f"a store cannot be used: {reason}"


def reason_at(error: SQLAlchemyError) -> str:
    """Return the reason with the store: ``database is locked (sqlite:////data/activation.db)``."""
    url, reason = store_of(error), reason_of(error)
    return f"{reason} ({shown(url)})" if url else reason


def reason_of(error: SQLAlchemyError) -> str:
    """Return the database's first line on its own trouble; for an error that may quote data, the name."""
    if not isinstance(error, OperationalError | InternalError):
        return type(error).__name__
    return (str(error.orig).strip().splitlines() or [type(error).__name__])[0][:LONGEST]


def sentence(url: URL, reason: str) -> str:
    """Write the sentence about a store, in one line; a driver's reason may have several."""
    reason = " ".join(reason.split())
    found = [way_out for words, way_out in WAYS_OUT.items() if words in reason]
    return f"the database {shown(url)} cannot be used: {'; '.join([reason, *found[:1]])}"


def shown(url: URL) -> str:
    """Return the URL with stars for its password."""
    return url.set(query={}).render_as_string(hide_password=True)
