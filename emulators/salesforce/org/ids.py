"""Ids: 15 characters with case, or 18 with a suffix that tells the case.

Source: SOAP API Developer Guide, ``sforce_api_calls_concepts_core_data_objects.htm``. Ids of one object are
handed out in ascending order.
"""

import re

SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # ascending as text
SHAPE = re.compile("[0-9A-Za-z]{15}(?:[A-Z0-5]{3})?")


def full_id(short: str) -> str:
    """Return the 18 characters of an id of 15."""
    chunks = (short[start : start + 5] for start in (0, 5, 10))
    return short + "".join(SUFFIX[sum(letter.isupper() << k for k, letter in enumerate(c))] for c in chunks)


def new_id(prefix: str, number: int) -> str:
    """Return the id of the ``number``-th record of an object."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = DIGITS[digit] + digits
    return full_id(prefix + digits.rjust(12, "0"))


def read_id(text: object) -> str:
    """Return an id with 18 characters; raises ValueError where it is none."""
    if not isinstance(text, str) or not SHAPE.fullmatch(text):
        raise ValueError(f"{text!r} is no id")
    full = full_id(text[:15])
    if len(text) == 18 and text != full:
        raise ValueError(f"{text} has a wrong suffix")
    return full
