"""Marked secrets and personal data, and every form in which they might be shown."""

import base64
import hashlib
import html
import json
import random
import re
from functools import cache
from urllib.parse import quote, quote_plus

UNMARKED = 12  # letters and digits that occur nowhere by chance


class MarkedSecrets:
    """Texts that must be shown nowhere, by what they are: "email of page", "password of good"."""

    def __init__(self, seed: int = 2026) -> None:
        self._dice = random.Random(seed)
        self.marked: dict[str, str] = {}

    def mark(self, what: str) -> str:
        """Make a word that is unique, and remember it."""
        return self.add(
            what, "cnry" + "".join(self._dice.choices("abcdefghjkmnpqrstuvwxyz23456789", k=UNMARKED))
        )

    def number(self, what: str) -> str:
        """Make a number that is unique, and remember it."""
        return self.add(what, str(self._dice.randrange(10**14, 10**15)))

    def email(self, what: str) -> str:
        """Make an address, and remember it and its hashes."""
        address = f"{self.mark(f'email of {what}')}@example.com"
        for name in ("md5", "sha1", "sha256", "sha512"):
            digest = hashlib.new(name, address.encode())
            self.add(f"{name} of the email of {what}", digest.hexdigest())
        return address

    def add(self, what: str, text: str) -> str:
        """Remember a text that was made elsewhere."""
        self.marked[what] = text
        return text

    def found_in(self, text: str, among: str = "") -> set[str]:
        """Name those that ``text`` shows in any form; ``among`` is how their names begin, as a pattern."""
        lowered = text.lower()
        return {
            what
            for what, mark in self.marked.items()
            if re.match(among, what) and any(form in lowered for form in forms(mark))
        }


@cache
def forms(text: str) -> set[str]:
    """Return all the ways to write ``text``, in lower case."""
    raw = text.encode()
    written = {text, quote(text, safe=""), quote_plus(text), html.escape(text), raw.hex(), repr(text)[1:-1]}
    written |= {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    for offset in range(3):  # where in three bytes it begins, when it is part of something longer
        whole = base64.b64encode(b"x" * offset + raw).decode()
        inside = whole[(0, 2, 3)[offset] : len(whole) - (0 if (offset + len(raw)) % 3 == 0 else 4)]
        written |= {inside, inside.replace("+", "-").replace("/", "_")}
    return {form.lower() for form in written}
