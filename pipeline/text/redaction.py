"""Redaction of customers' data: the values of a call's rows, also where an answer or an error quotes them."""

import json
import re
from collections.abc import Iterable
from itertools import chain
from typing import Any
from urllib.parse import quote_plus

VALUE = "…"
MASK = "[masked]"
MAX_DETAIL = 1_000  # characters that are kept of the text of an answer
SHORTEST = 4  # characters; shorter values are parts of words
WORD = re.compile(r"""[^\s<>"'`\[\](){},;:=]+""")
HASH = re.compile(r"\b[0-9A-Fa-f]{32,}+\b")
PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")  # values that are written in one way only
PLAIN_IN_JSON = re.compile(r"[ !#-\[\]-~]*")


def masked(text: str, most: int | None = None) -> str:
    """Mask words that may be a person's address or its hash, in time linear in the length of the text.

    ``most``: characters to keep then, without the blanks around the text; None: all of it.
    """
    has_address = "@" in text or "%40" in text
    hidden = WORD.sub(masked_word, text) if has_address else HASH.sub(MASK, text)
    return hidden if most is None else hidden.strip()[:most]


def masked_word(found: re.Match[str]) -> str:
    """Return the mask in the place of an address, or of the hashes in any other word."""
    word = found[0]
    return MASK if "@" in word or "%40" in word else HASH.sub(MASK, word)


class Hidden:
    """Takes values out of texts that quote them, also in JSON or in a form, or cut off at the end.

    Of activations, ``rows``, these are the profile ids, identifiers and variables.
    """

    def __init__(self, values: Iterable[object] = (), rows: Iterable[Any] = ()) -> None:
        of_rows = [(row.profile_id, *row.identifiers.values(), *row.variables.values()) for row in rows]
        values = chain(values, *of_rows)
        found = {str(value) for value in values if value is not None and len(str(value)) >= SHORTEST}
        odd = [value for value in found if not PLAIN.fullmatch(value)]
        found.update(map(quote_plus, odd))
        for value in odd:
            if not PLAIN_IN_JSON.fullmatch(value):
                found |= {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
        self._written = sorted(found, key=len, reverse=True)
        self._known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """Return ``text`` without them."""
        if text not in self._known:
            hidden, end = text, text[-SHORTEST:]
            for value in self._written:
                if value in hidden:
                    hidden = hidden.replace(value, MASK)
                elif end in value and len(hidden) == MAX_DETAIL and (cut := cut_off(hidden, value)):
                    hidden = self(hidden[:-cut]) + MASK
                    break
            self._known[text] = hidden
        return self._known[text]


def cut_off(text: str, value: str) -> int:
    """Return how many characters of ``value`` end ``text``, which was cut off within it; 0: it was not."""
    longest = min(len(value) - 1, len(text))
    return next((n for n in range(longest, SHORTEST - 1, -1) if text.endswith(value[:n])), 0)
