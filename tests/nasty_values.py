"""Nasty values: as producers, files, databases and servers send them where a plain value is meant.

Each test of ``tests/doors`` gives all of them to one door. A value is taken as the documents say, or refused
by its place; it never ends a program, and never stops what comes after it.
"""

import json
from typing import Any

EMOJI = "\U0001f642"
TEXTS = {
    "empty": "",
    "a blank": " ",
    "invisible ends": "\ufeff\u200b p \u00a0\u2060",
    "invisible alone": "\u200b\u2060\ufeff",
    "a NUL": "a\0b",
    "controls": "\x01\x1b[31mred\x7f\x85",
    "line ends": "a\nb\r\nc\u2028d\u2029e",
    "Ctrl-Z": "a\x1a",
    "right to left": "\u202egnp.exe\u202c",
    "half a pair": "cut \ud83d",
    "half a pair, the second": "\udc00 cut",
    "an emoji": f"cut {EMOJI}",
    "a byte that is none": "a\udcffb",
    "combining": "e" + "\u0301" * 300,
    "70 kB": "x" * 70_000,
    "255 characters": "x" * 255,
    "256 characters": "x" * 256,
    "digits of another script": "\u0661\u0662",
    "2^63": str(2**63),
    "2^64": str(2**64),
    "long digits": "9" * 5_000,
    "1e400": "1e400",
    "no number": "NaN",
    "infinite": "-Infinity",
    "brackets": "[" * 1_000,
    "quotes": "\"';--\\",
    "an at sign": "@",
    "two at signs": "a@@b.example",
    "comments": "(" * 2_000 + "a@example.com",
    "a formula": "=1+1",
    "markup": "<b>&amp;<![CDATA[",
    "year 0": "0000-01-01T00:00:00Z",
    "year 1": "0001-01-01T00:00:00+14:00",
    "year 10000": "10000-01-01T00:00:00Z",
    "the 30th of February": "2026-02-30T00:00:00Z",
    "hour 24": "2026-01-01T24:00:00Z",
    "a zone of 99 hours": "2026-01-01T00:00:00+99:00",
    "a path": "../../etc/passwd",
    "dots": "...",
    "a format": "%s {0} ${x}",
}
TOKENS = {  # JSON that no text is, some of it bad
    "null": b"null",
    "true": b"true",
    "false": b"false",
    "zero": b"0",
    "minus zero": b"-0.0",
    "a fraction": b"0.1",
    "2^63 as a number": str(2**63).encode(),
    "2^64 as a number": str(2**64).encode(),
    "-2^63-1 as a number": str(-(2**63) - 1).encode(),
    "1e400 as a number": b"1e400",
    "a long number": b"9" * 5_000,
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "a list": b"[]",
    "a list of one": b'["x"]',
    "an object": b"{}",
    "a lone key": b'{"a.b": 1}',
    "an empty key": b'{"": 1}',
    "a key that is half a pair": b'{"\\ud83d": 1}',
    "a key twice": b'{"a": 1, "a": 2}',
    "nested": b"[" * 1_000 + b"]" * 1_000,
    "nested objects": b'{"a":' * 1_000 + b"1" + b"}" * 1_000,
    "nested, cut off": b"[" * 1_000,
    "half a pair as bytes": b'"\xed\xa0\xbd"',
    "bytes": b'"\xff\xfe"',
    "a control as it is": b'"a\x01b"',
    "single quotes": b"'x'",
    "nothing": b"",
    "a word": b"None",
}
JSON = {name: json.dumps(text).encode() for name, text in TEXTS.items()} | TOKENS
UTF_8_TEXTS = {name: text for name, text in TEXTS.items() if text == text.encode(errors="ignore").decode()}


def values() -> dict[str, Any]:
    """Return the values that a lenient reader of JSON makes of them, for doors that are given Python's."""
    found: dict[str, Any] = dict(TEXTS)
    for name, token in TOKENS.items():
        try:
            found[name] = json.loads(token.decode(errors="surrogateescape"), strict=False)
        except (ValueError, RecursionError):
            continue
    return found


def document(members: dict[str, bytes]) -> bytes:
    """Write an object whose values are JSON already."""
    return b"{%b}" % b", ".join(b"%b: %b" % (json.dumps(name).encode(), one) for name, one in members.items())
