"""E-mail addresses: a test for them, since one bad address makes Responsys refuse its whole call.

The rule is narrower than the standards and takes the addresses that mail systems take in practice: ASCII,
at most 254 characters, one ``@``; before it letters, digits, dots and ``!#$%&'*+/=?^_`{|}~-``, at most 64,
dots neither first, last nor doubled; after it a domain of at least two labels of letters, digits and
hyphens, hyphens neither first nor last in a label, and the last label no number. A domain with other
letters is to be given as ``xn--…``.
"""

import re
from functools import partial

LONGEST = 254  # characters

LOCAL = r"(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
TOP = r"(?![0-9]+\Z)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"  # two characters or more
ADDRESS = re.compile(rf"{LOCAL}@(?:{LABEL}\.)+{TOP}\Z")
# Most addresses are of this form, which keeps to the rule and is found in half the time.
USUAL = r"[A-Za-z0-9_]{1,30}+(?:@|[.+-][A-Za-z0-9_]{1,30}+@)[A-Za-z0-9]{1,40}+\."
LAST, TWO = r"[A-Za-z]{2,20}+", r"[A-Za-z0-9]{1,40}+\.[A-Za-z]{2,20}+"  # labels
is_usual = re.compile(rf"{USUAL}(?:{LAST}\Z|{TWO}\Z)").match
# The same for many, as the lines of one text, in half the time; all other lines are left.
without_usual_lines = partial(re.compile(rf"(?m:^)(?:{USUAL}(?:{LAST}\n|{TWO}\n))++").sub, "")


def is_address(text: str) -> bool:
    """Return whether ``text`` keeps to the rule."""
    return is_usual(text) is not None or (len(text) <= LONGEST and ADDRESS.match(text) is not None)
