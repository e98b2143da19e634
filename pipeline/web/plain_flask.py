"""Flask without parts that requests of programs have no use for; each is a share of a small request."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

API = "/v1/"  # its paths; they take no cookie


class ConsoleSessions(SecureCookieSessionInterface):
    """Flask's own sessions, for pages only."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the session of a page; None for the API."""
        return None if request.path.startswith(API) else super().open_session(app, request)


class PlainFlask(Flask):
    """Flask for views that are plain functions, none of them a coroutine."""

    session_interface = ConsoleSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is: Flask would look ten times a request whether it is a coroutine."""
        return func
