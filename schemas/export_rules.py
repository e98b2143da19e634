"""Rules about options of an export that contradict each other.

Each rule is given the options as far as they could be read, and yields (option, problem).
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, product
from typing import Any

from marshmallow import ValidationError

from schemas.configuration_fields import there_are
from schemas.identifier_columns import HASHES

Options = Mapping[str, Any]
Problems = Iterator[tuple[str, str]]

EXTENSION_ORDER = ("CUSTOMER_ID_", "EMAIL_ADDRESS_", "RIID_")
ADDRESS = "EMAIL_ADDRESS_"
RIID = "RIID_"
NEVER_INSERTED = (RIID, *HASHES)  # match columns by which Responsys inserts no member
MATCH = ("match_column_1", "match_column_2")


def check(data: Options, original: Options) -> None:
    """Raise ValidationError with all problems; ``original``: the options as given, good or bad."""
    rules = (*MERGE_RULES, extension_identifier, tables, memberships)
    refuse([*chain(*(rule(data) for rule in rules)), *leaving(data, original), *taking(data, original)])


def check_merge(data: Options) -> None:
    """Raise ValidationError with all problems of a merge into the list."""
    refuse(chain(*(rule(data) for rule in MERGE_RULES)))


def refuse(problems: Iterable[tuple[str, str]]) -> None:
    """Raise ValidationError with the problems, if there are any."""
    found: dict[str, list[str]] = {}
    for option, problem in problems:
        found.setdefault(option, []).append(problem)
    if found:
        raise ValidationError(found)


def named(data: Options, option: str) -> list[str]:
    """Return the columns that an option names: none, one or several."""
    columns = data.get(option) or []
    return columns if isinstance(columns, list) else [columns]


def mapped(data: Options) -> Problems:
    """Match columns must be filled."""
    if "identifiers" not in data:
        return
    columns = data["identifiers"].values()
    for option in MATCH:
        for column in named(data, option):
            if column not in columns:
                yield option, f'"{column}" is not mapped in "identifiers"; {there_are(columns)}'


def different(data: Options) -> Problems:
    """Two match columns are two columns."""
    if {*named(data, "match_column_1")} & {*named(data, "match_column_2")}:
        yield "match_column_2", 'must not be the same as "match_column_1"'


def together(data: Options) -> Problems:
    """Responsys matches by a hash, or by the address, or by the other hash."""
    for first, second in product(named(data, "match_column_1"), named(data, "match_column_2")):
        if first != second and {first, second} <= {*HASHES, ADDRESS}:
            yield (
                "match_column_2",
                f"cannot be {second} when match_column_1 is {first}: Responsys takes one of them",
            )


def inserting(data: Options) -> Problems:
    """No member is inserted by a hash, nor by an id that Responsys gives; one of several must be another."""
    if not data.get("insert_on_no_match"):
        return
    for option in MATCH:
        columns = named(data, option)
        if columns and {*columns} <= {*NEVER_INSERTED}:
            by = " or ".join(columns)
            yield "insert_on_no_match", f"must be false: Responsys inserts nobody who is matched by {by}"


def consent(data: Options) -> Problems:
    """Have the operator say whether new members have agreed; no default can."""
    unsaid = data.get("permission") == "unchanged" and data.get("new_members", "?") is None
    if data.get("insert_on_no_match") and unsaid:
        yield (
            "new_members",
            'is missing: say "optin" or "optout" for people whom insert_on_no_match adds, '
            'since permission = "unchanged" says nothing of them',
        )


def extension_identifier(data: Options) -> Problems:
    """The tables need an identifier; deleting is documented for all but hashes."""
    if "identifiers" not in data or not (data.get("fields") or data.get("memberships")):
        return
    order = data.get("extension_identifiers", ())
    usable = [column for column in order if column in data["identifiers"].values()]
    if order and not usable:
        yield "extension_identifiers", f'none of {", ".join(order)} is mapped in "identifiers"'
    elif order and data.get("on_remove") == "delete_row" and {*usable} <= {*HASHES}:
        yield "on_remove", "rows cannot be deleted by a hash: map another identifier, or choose another way"


def tables(data: Options) -> Problems:
    """Two tables are two tables."""
    fields, memberships = data.get("fields_table"), data.get("memberships_table")
    if fields and memberships and fields.upper() == memberships.upper():
        yield "fields_table", 'must not be the same as "memberships_table"'


def memberships(data: Options) -> Problems:
    """An activation says something of its own audience alone."""
    audience, named = data.get("audience"), data.get("memberships")
    if audience and named and audience not in named:
        yield "memberships", f'does not name "{audience}", the audience of this destination'


def leaving(data: Options, original: Options) -> Problems:
    """The treatment of profiles that leave needs a column or table to act on."""
    fields, audiences = original.get("fields"), original.get("memberships")
    way = data.get("on_remove")
    if way == "flag" and not audiences:
        yield "on_remove", 'there is nothing to flag without "memberships"'
    if way == "blank" and not fields:
        yield "on_remove", 'there is nothing to blank without "fields"'
    if way == "delete_row" and not fields and not audiences:
        yield "on_remove", 'there is no row to delete without "fields" or "memberships"'
    if way == "delete_row" and not fields and audiences and len(audiences) > 1:
        yield "on_remove", 'the row also holds other audiences; use "flag"'


def taking(data: Options, original: Options) -> Problems:
    """REMOVE is taken if it has an effect, and only then."""
    taken = data.get("call_types")
    way = on_remove({**data, "memberships": original.get("memberships")})
    if taken and ("REMOVE" in taken) != (way != "nothing"):
        yield "call_types", f'on_remove = "{way}" {"has no use for" if way == "nothing" else "needs"} REMOVE'


def on_remove(data: Options) -> str:
    """Return the treatment of profiles that leave; by default they are flagged, if there is a flag."""
    default = "flag" if data.get("memberships") else "nothing"
    return data.get("on_remove") or default


MERGE_RULES = (mapped, different, together, inserting, consent)
