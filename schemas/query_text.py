r"""The text of a query: which colons in it begin a parameter, and which belong to the query.

Within quotes and comments a colon is the query's own. Outside of them ``:name`` is a parameter, unless a
letter, digit or colon stands before it (a cast, a slice), and ``\:name`` is not.
"""

import re
from collections.abc import Callable

NOW = "now"  # the one parameter that there is
PIECES = re.compile(
    r"""(?P<quoted>[eE]'(?:[^'\\]|\\.)*'|'[^']*'|"[^"]*"|`[^`]*`|--[^\n]*|/\*.*?\*/|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|(?<![:\w\\]):(?=\d))"""
    r"""|(?<![:\w\\]):(?P<name>[A-Za-z_]\w*)""",
    re.DOTALL,
)


def parameters(query: str) -> list[str]:
    """Return the names of the parameters in a query, each once, in alphabetical order."""
    return sorted({found["name"] for found in PIECES.finditer(query) if found["name"]})


def rewritten(query: str, quoted: Callable[[str], str]) -> str:
    """Return a query with ``quoted`` applied to its quoted pieces, comments and slices."""
    return PIECES.sub(lambda found: quoted(found[0]) if found["quoted"] else found[0], query)
