"""Columns: their names in a table, and the field or variable that each becomes.

A name is compared without invisible characters and blanks at its ends, and line ends in it are blanks. Where
no column has exactly a name that is looked for, one that has it in other letters is taken ("Email", "EMAIL").
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches

from pipeline.model.plain import trimmed
from schemas.activation_limits import IDENTIFIERS

PROFILE = "profile_id"
FIELDS = ("audience", PROFILE, "call_type", "occurred_at")
COMMON = {  # names without marks and blanks, as exports of mail services and Responsys have them
    "emailaddress": "email",
    "mail": "email",
    "emailsha256hash": "hashed_email",
    "customerid": "crm_id",
    "customernumber": "crm_id",
    "sfdcid": "salesforce_id",
}
PROFILES = "profileid leid euid contactid subscriberkey subscriberid userid memberid customerid id riid crmid"


def cleaned(name: str) -> str:
    """Return a name as it is compared and shown."""
    return " ".join(trimmed(name).split())


def matching(wanted: str, names: Collection[str]) -> str | None:
    """Return the name that is ``wanted``, in any case; None when there is none, or more than one."""
    if wanted in names:
        return wanted
    folded = wanted.casefold()
    found = [name for name in names if name.casefold() == folded]
    return found[0] if len(found) == 1 else None


def unmatched(mapping: Iterable[str], names: Sequence[str]) -> list[str]:
    """Return the columns of a mapping that a table does not have."""
    return sorted(wanted for wanted in mapping if matching(wanted, names) is None)


def become(names: Sequence[str], mapping: Mapping[str, str], fields: Sequence[str] = FIELDS) -> list[str]:
    """Return each column's new name: as ``mapping`` says, a field or identifier in any case, or itself."""
    mapped = {matching(wanted, names): target for wanted, target in mapping.items()}
    known = (*fields, *IDENTIFIERS)
    taken = {*names, *mapping.values()}
    return [mapped[name] if name in mapped else folded(name, known, taken) for name in names]


def folded(name: str, known: Collection[str], taken: Collection[str]) -> str:
    """Return the known name that ``name`` is in other letters, if no column is that already."""
    lower = name.lower()
    return lower if name not in known and lower in known and lower not in taken else name


def twice(names: Iterable[str]) -> list[str]:
    """Return the names that occur more than once."""
    return sorted(name for name, times in Counter(filter(None, names)).items() if times > 1)


def place_of(name: str, fields: Sequence[str] = FIELDS) -> str:
    """Tell which part of an activation a name belongs to: "" for the activation itself."""
    if name in fields:
        return ""
    return "identifiers" if name in IDENTIFIERS else "variables"


def suggested(names: Sequence[str]) -> list[str]:
    """Return options that would map the columns, as far as names tell; the first makes the profile_id."""
    bare = {bared(name): name for name in reversed(names)}
    profile = next((bare[each] for each in PROFILES.split() if each in bare), "COLUMN")
    pairs = {profile: PROFILE}
    for name in names:
        target = COMMON.get(bared(name)) or next((i for i in IDENTIFIERS if bared(i) == bared(name)), None)
        if target and name != target and target not in pairs.values():
            pairs.setdefault(name, target)
    return [f"{name}={target}" for name, target in pairs.items()]


def bared(name: str) -> str:
    """Return the letters and digits of a name."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def no_column(wanted: str, names: Sequence[str]) -> str:
    """Say that there is no such column, and which one may be meant."""
    close = get_close_matches(wanted, names, n=1)
    return f'there is no column "{wanted}"' + (f'; did you mean "{close[0]}"?' if close else "")
