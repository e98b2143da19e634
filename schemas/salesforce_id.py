"""Ids of Salesforce: 15 characters with case, or 18 with a suffix that tells the case.

``00Q000000000001`` and ``00Q000000000001EAA`` are the same record.

Source: SOAP API Developer Guide, ``sforce_api_calls_concepts_core_data_objects.htm``.
"""

import re

SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[A-Z0-5]{3})?")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
# By five characters, "1" for an upper-case letter: bit k of the letter's place is character k.
SUFFIX = {f"{place:05b}"[::-1].encode(): letter for place, letter in enumerate(LETTERS)}
CASE = bytes(ord("1") if chr(code).isupper() else ord("0") for code in range(256))  # of an ASCII character


class NoId(ValueError):
    """A text of another shape than an id."""


class WrongSuffix(ValueError):
    """The last three characters of an id, its check, do not fit the first 15."""


def full_id(text: str) -> str:
    """Return an id as its 18 characters; raises NoId or WrongSuffix."""
    if not SHAPE.fullmatch(text):
        raise NoId
    case = text[:15].encode().translate(CASE)  # a text's own ``translate`` takes ten times as long
    full = text[:15] + SUFFIX[case[:5]] + SUFFIX[case[5:10]] + SUFFIX[case[10:]]
    if len(text) > 15 and text != full:
        raise WrongSuffix
    return full


def is_full_id(text: str) -> bool:
    """Tell whether a text is an id of 18 characters."""
    try:
        return full_id(text) == text
    except ValueError:
        return False
