"""Marks of encodings: the first bytes of a text, by which UTF-8 and UTF-16 are told."""

import codecs

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def encoding_by_mark(head: bytes) -> str:
    """Return "utf-8-sig", "utf-16", or UTF-16 of one order without a mark; "": nothing tells it."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    return "utf-16" if head.startswith(UTF_16) else utf_16_without_mark(head)


def utf_16_without_mark(head: bytes) -> str:
    """Tell UTF-16 by its zero bytes: texts of ours begin with ASCII: a letter, a digit or a quote."""
    first, second = head[:1] == b"\0", head[1:2] == b"\0"
    return "" if first == second else "utf-16-be" if first else "utf-16-le"
