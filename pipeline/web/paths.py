"""Names in paths: one with a NUL is that of no record, and PostgreSQL refuses to look for it."""

from flask import request
from werkzeug.routing import BaseConverter

from pipeline.web.problems import Problem


class LetterId(BaseConverter):
    """The id of a dead letter; what stands beside the letters in paths is none."""

    regex = "(?!(?:replay|drop|groups)(?:/|$))[^/]+"


def refuse_nul() -> None:
    """Raise Problem for a path with a NUL; after the key was found."""
    if any("\0" in str(value) for value in (request.view_args or {}).values()):
        raise Problem("not-found", "A name in the path holds a NUL character: there is no such thing.")
