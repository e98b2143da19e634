"""Names and numbers in paths. A name with a NUL is that of no record; PostgreSQL refuses to look for it."""

from flask import request
from werkzeug.routing import BaseConverter

from pipeline.web.problems import Problem

ROW_ID = "int(max=9223372036854775807)"  # converter of a number that a database may look for


class LetterId(BaseConverter):
    """The id of a dead letter in a path; ``replay``, ``drop`` and ``groups`` are paths of their own."""

    regex = "(?!(?:replay|drop|groups)(?:/|$))[^/]+"


def refuse_nul() -> None:
    """Raise Problem for a path with a NUL; after the key was found."""
    if any("\0" in str(value) for value in (request.view_args or {}).values()):
        raise Problem("not-found", "A name in the path holds a NUL character: there is no such thing.")
