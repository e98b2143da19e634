"""Escapes: bytes and texts from outside in a form that every store keeps and every terminal prints."""

import re

CONTROL = re.compile(r"[\x00-\x1f]")
CONTROL_IN_LINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
HIGH, LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)  # halves of a surrogate pair
BLANK = dict.fromkeys(range(32), " ")  # PostgreSQL cannot store a NUL, and people cannot read the rest


def escaped(raw: bytes) -> str:
    r"""Return bytes as text that loses none: invalid UTF-8 as ``\xff``, controls as ``\x00``.

    JSON stays as it is but for the blanks between its parts, one for each: it has no controls elsewhere.
    """
    text = raw.decode("utf-8", "backslashreplace")
    if text.lstrip()[:1] in ("{", "["):
        text = text.translate({9: " ", 10: " ", 13: " "})
    return CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def storable(text: str) -> str:
    r"""Return text as both databases keep it: halves of surrogate pairs as ``\ud83d``, controls as blanks."""
    if not text.isascii():
        text = text.encode("utf-8", "backslashreplace").decode()
    return text.translate(BLANK)


def encoded(text: str) -> bytes:
    r"""Return JSON as UTF-8, halves of surrogate pairs as the escapes that they came as: ``\ud83d``."""
    return text.encode("utf-8", "backslashreplace")


def half_pair(raw: bytes) -> int | None:
    """Return the position of the first half of a surrogate pair in JSON; None without one."""
    high: re.Match[bytes] | None = None  # it waits for its other half
    for escape in ESCAPE.finditer(raw):
        code = int(escape[1], 16) if escape[1] else 0
        if high is not None and not (code in LOW and high.end() == escape.start()):
            return high.start()
        if high is None and code in LOW:
            return escape.start()
        high = escape if code in HIGH else None
    return high.start() if high is not None else None


def printable(text: str) -> str:
    """Leave out characters that could command a terminal: some texts come from outside."""
    return "".join(character if character.isprintable() else " " for character in text)


def without_controls(text: str) -> str:
    """Leave out the controls of text in lines, and nothing else that cannot be seen."""
    return CONTROL_IN_LINES.sub(" ", text)
