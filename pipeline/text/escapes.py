"""Escapes: bytes and texts from outside in a form that every store keeps and every terminal prints."""

import re

CONTROL = re.compile(r"[\x00-\x1f]")
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
