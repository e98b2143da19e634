"""Connections that cannot go on after an answer, because a part of the request is still under way."""

import socket
from contextlib import suppress
from typing import Any

from flask import Response, g
from gunicorn.http.errors import NoMoreData, ParseException

MOST_DRAINED = 1024 * 1024  # bytes of the rest of a body that are read, so that the client sees the answer
DRAIN_TIMEOUT = 0.5  # seconds without a byte
ANSWER = "activation.answer"  # in the environment of a request


def knowing_answer(application: Any) -> Any:
    """Wrap a WSGI application: the environment of each request holds gunicorn's response object."""

    def respond(environ: dict[str, Any], start_response: Any) -> Any:
        environ[ANSWER] = getattr(start_response, "__self__", None)
        return application(environ, start_response)

    return respond


def close_after(environ: dict[str, Any], *, broken: bool = False) -> None:
    """End the connection of this request after its answer, unless the rest of its body is here already.

    ``broken``: where the body ends cannot be told, so the connection ends in any case.
    """
    g.unread, g.is_broken = environ, broken


def finish(response: Response) -> Response:
    """Read a little of the body's rest; if it does not end there, the answer ends the connection."""
    environ: dict[str, Any] | None = g.pop("unread", None)
    connection: socket.socket | None = environ.get("gunicorn.socket") if environ else None
    if not (environ and connection):
        return response
    if not drained(environ["wsgi.input"], connection) or g.is_broken:
        if answer := environ.get(ANSWER):
            answer.force_close()  # with the header that says so, which gunicorn alone may write
        response.call_on_close(lambda: shut(connection))
    return response


def drained(body: Any, connection: socket.socket) -> bool:
    """Read on; True if the body came to its end. Without this a reset would overtake the answer."""
    connection.settimeout(DRAIN_TIMEOUT)
    received = 0
    try:
        while received < MOST_DRAINED:
            piece = body.read(65_536)
            if not piece:
                return True
            received += len(piece)
    except (OSError, NoMoreData, ParseException):
        return False
    finally:
        connection.settimeout(None)
    return False


def shut(connection: socket.socket) -> None:
    """End both directions."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
