r"""SOQL, built from parts: the only place where values become text of a query.

    select(["Id", "Email"], "Lead", where=among("Email", ["o'neil@example.com"]), order=["Id"], limit=200)
    SELECT Id, Email FROM Lead WHERE Email IN ('o\'neil@example.com') ORDER BY Id LIMIT 200

Source: SOQL and SOSL Reference, ``sforce_api_calls_soql_select_quotedstringescapes.htm`` and
``sforce_api_calls_soql_select_dateformats.htm``.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import TypeVar
from urllib.parse import quote

MOST_IDS = 200  # ids in one list
MOST_TEXTS = 100  # addresses or other texts in one list: the longest URL of a query is not documented
LONGEST = 100_000  # characters of a statement
SIGNS = frozenset(("=", "!=", "<", "<=", ">", ">="))
NAME = r"[A-Za-z][A-Za-z0-9_]{0,79}"
OBJECT = re.compile(NAME)
PATH = re.compile(rf"{NAME}(?:\.{NAME}){{0,5}}")
PLAIN = re.compile(r"[^\x00-\x1f'\"\\\x7f-\x9f\u2028\u2029\ud800-\udfff]*")  # text that needs no escape
TO_ESCAPE = re.compile(r"[\x00-\x1f'\"\\\x7f-\x9f\u2028\u2029\ud800-\udfff]")
ESCAPES = {"\n": r"\n", "\r": r"\r", "\t": r"\t", "\b": r"\b", "\f": r"\f"}
ESCAPES |= {sign: "\\" + sign for sign in "\\'\""}

Value = str | bool | int | float | date | datetime | None
Item = TypeVar("Item")


@dataclass(frozen=True)
class Clause:
    """A condition of a query; ``joint``: the word that joins its parts, "" for a single one."""

    text: str
    joint: str = ""


def literal(value: Value) -> str:
    """Write a value: text in quotes, a moment in UTC, a day and a number as they are."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        part = f".{moment.microsecond // 1000:03}" if moment.microsecond >= 1000 else ""
        return f"{moment:%Y-%m-%dT%H:%M:%S}{part}Z"
    if isinstance(value, date):
        return value.isoformat()
    return number_literal(value)


def number_literal(value: float) -> str:
    """Write a number without an exponent, which SOQL does not know; raises ValueError for none."""
    found = Decimal(str(value))
    if not found.is_finite():
        raise ValueError("a query cannot hold a number that is not finite")
    return f"{found:f}"


def quoted(text: str) -> str:
    """Write a text in quotes; nothing in it ends them."""
    return f"'{text if PLAIN.fullmatch(text) else TO_ESCAPE.sub(escape, text)}'"


def escape(match: re.Match[str]) -> str:
    """Return the escape of a character."""
    return ESCAPES.get(match[0]) or f"\\u{ord(match[0]):04X}"


def compare(path: str, sign: str, value: Value) -> Clause:
    """Compare a field with a value; ``sign`` is one of SIGNS."""
    if sign not in SIGNS:
        raise ValueError(f"{sign} is no sign of SOQL")
    return Clause(f"{checked(path)} {sign} {literal(value)}")


def among(path: str, values: Sequence[Value], *, negated: bool = False) -> Clause:
    """Ask for one of a few values, or for none of them; a null field is none of them."""
    if not 0 < len(values) <= MOST_IDS:
        raise ValueError(f"a list of a query holds 1 to {MOST_IDS} values")
    if len(values) == 1:
        return compare(path, "!=" if negated else "=", values[0])
    word = "NOT IN" if negated else "IN"
    return Clause(f"{checked(path)} {word} ({', '.join(map(literal, values))})")


def like(path: str, text: str, *, inside: bool = False) -> Clause:
    """Ask for texts that begin with ``text``, or have it ``inside``; raises ValueError for a backslash.

    A backslash before a wildcard would have to be escaped twice, which is documented nowhere.
    """
    if "\\" in text:
        raise ValueError("a text with a backslash cannot be looked for within a text")
    wanted = quoted(text)[1:-1].replace("%", r"\%").replace("_", r"\_")
    return Clause(f"{checked(path)} LIKE '{'%' if inside else ''}{wanted}%'")


def both(*clauses: Clause) -> Clause:
    """Join clauses that must all hold."""
    return joined("AND", clauses)


def either(*clauses: Clause) -> Clause:
    """Join clauses of which one must hold."""
    return joined("OR", clauses)


def joined(word: str, clauses: Sequence[Clause]) -> Clause:
    """Join clauses; SOQL takes no AND beside an OR without brackets."""
    if not clauses:
        raise ValueError("there is nothing to join")
    if len(clauses) == 1:
        return clauses[0]
    parts = (clause.text if clause.joint in ("", word) else f"({clause.text})" for clause in clauses)
    return Clause(f" {word} ".join(parts), word)


def opposite(clause: Clause) -> Clause:
    """Ask for the records that a clause leaves out."""
    return Clause(f"NOT ({clause.text})", "NOT")


def select(
    paths: Iterable[str],
    owner: str,
    *,
    where: Clause | None = None,
    order: Sequence[str] = (),
    limit: int | None = None,
) -> str:
    """Return a query for the fields of an object; each is named once.

    Raises ValueError for a name that is none, and for a query that is too long.
    """
    names = {path.lower(): checked(path) for path in paths}
    if not OBJECT.fullmatch(owner):
        raise ValueError(f'"{owner}" is no object')
    parts = ["SELECT", ", ".join(names.values()), "FROM", owner]
    parts += [f"WHERE {where.text}"] if where else []
    parts += [f"ORDER BY {', '.join(map(checked, order))}"] if order else []
    parts += [f"LIMIT {int(limit)}"] if limit is not None else []
    query = " ".join(parts)
    if len(query) > LONGEST:
        raise ValueError(f"a query has at most {LONGEST:,} characters")
    return query


def query_path(query: str, *, with_deleted: bool = False) -> str:
    """Return the path that a query is asked by, below that of the version."""
    return f"/{'queryAll' if with_deleted else 'query'}?q={quote(query, safe='')}"


def checked(path: str) -> str:
    """Return the name of a field, or the path to one of a parent; raises ValueError."""
    if not PATH.fullmatch(path):
        raise ValueError(f'"{path}" is no field')
    return path


def lists_of(values: Iterable[Item], most: int) -> Iterator[list[Item]]:
    """Yield different values in lists that a query can hold."""
    rest = iter(dict.fromkeys(values))
    while found := list(islice(rest, most)):
        yield found
