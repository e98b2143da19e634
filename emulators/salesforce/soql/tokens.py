"""Tokens of SOQL. Source: SOQL and SOSL Reference, ``…quotedstringescapes.htm`` and ``…dateformats.htm``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from emulators.salesforce.messages.errors import ApiError, violation_error

TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^'\\]|\\.)*')
    | (?P<moment>\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:?\d\d))
    | (?P<day>\d{4}-\d\d-\d\d)
    | (?P<number>[+-]?\d+(?:\.\d+)?)
    | (?P<word>[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*)
    | (?P<sign><=|>=|!=|<>|[=<>(),])
    )""",
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"} | {sign: sign for sign in "\"'\\"}
PATTERN_SIGNS = "%_"


@dataclass(frozen=True, slots=True)
class Token:
    """One token; ``kind`` is a group of the expression, or "end"."""

    kind: str
    text: str


def tokens_of(query: str) -> Iterator[Token]:
    """Yield the tokens of a query, and an end."""
    place, end = 0, len(query.rstrip())
    while place < end:
        match = TOKEN.match(query, place)
        if match is None:
            raise malformed(f"unexpected token: '{query[place:].strip()[:20]}'")
        yield Token(str(match.lastgroup), str(match[str(match.lastgroup)]))
        place = match.end()
    yield Token("end", "")


def unquoted(text: str) -> str:
    """Return the content of a quoted text; an escaped wildcard keeps its backslash, for LIKE."""

    def replace(match: re.Match[str]) -> str:
        sign = match[1]
        if sign[0] == "u" and len(sign) == 5:
            return chr(int(sign[1:], 16))
        if sign in PATTERN_SIGNS:
            return match[0]
        if sign not in ESCAPED:
            raise malformed(f"Illegal string literal: invalid escape sequence '\\{sign}'")
        return ESCAPED[sign]

    return ESCAPE.sub(replace, text[1:-1])


def malformed(reason: str) -> ApiError:
    """Return the refusal of a query that cannot be read."""
    return violation_error("MALFORMED_QUERY", reason)
