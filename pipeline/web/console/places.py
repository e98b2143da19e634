"""Paths of the console's own pages, out of queries and forms: redirects stay on our host."""

import re

from flask import request

OWN = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
LONGEST = 2_000  # characters


def own_path(text: str | None, default: str = "/") -> str:
    """Return ``text`` if it is a path of this host, else ``default``: "//other.example" is none."""
    return text if text and len(text) <= LONGEST and OWN.fullmatch(text) else default


def back(default: str = "/") -> str:
    """Return the page that a form was on, filters included: its field ``back``."""
    return own_path(request.form.get("back"), default)


def here() -> str:
    """Return the path and query of this page, for the field ``back`` of its forms."""
    return request.full_path.rstrip("?")
