"""Parameters of queries that read lists and tables."""

from typing import Protocol
from urllib.parse import parse_qs

from emulators.responsys.messages.errors import ApiError, violation_error
from emulators.responsys.state.call import Call

MOST_FIELD_CHARACTERS = 150
QUERY_ATTRIBUTES = {
    "r": "RIID_",
    "e": "EMAIL_ADDRESS_",
    "c": "CUSTOMER_ID_",
    "m": "MOBILE_NUMBER_",
    "e_md5": "EMAIL_MD5_HASH_",
    "e_sha256": "EMAIL_SHA256_HASH_",
}


class FieldOwner(Protocol):
    """A list or a table."""

    name: str
    fields: dict[str, str]


def query_parameter(call: Call, name: str) -> str:
    """Return one parameter of the query, or raise ApiError if it is missing."""
    values = parse_qs(call.request.query).get(name)
    if not values:
        raise violation_error("INVALID_PARAMETER", f"{name} is missing")
    return values[0]


def query_columns(call: Call, owner: FieldOwner) -> list[str]:
    """Return the columns of ``owner`` that the parameter ``fs`` names; "all" names every one."""
    names = query_parameter(call, "fs")
    if names.lower() == "all":
        return list(owner.fields)
    if len(names) > MOST_FIELD_CHARACTERS:
        raise violation_error("INVALID_PARAMETER", f"fs is longer than {MOST_FIELD_CHARACTERS} characters")
    return known_columns(names.split(","), owner)


def listed_columns(names: list[str], owner: FieldOwner) -> list[str]:
    """Return the columns of ``owner`` that the body of a request names."""
    if not names:
        raise violation_error("INVALID_PARAMETER", "FieldList is null OR empty")
    if any(len(name) > MOST_FIELD_CHARACTERS for name in names):
        raise violation_error(
            "INVALID_PARAMETER", f"a field is longer than {MOST_FIELD_CHARACTERS} characters"
        )
    return known_columns(names, owner)


def known_columns(names: list[str], owner: FieldOwner) -> list[str]:
    """Return names as columns, or raise ApiError for one that there is not."""
    columns = [name.strip().upper() for name in names]
    if unknown := [column for column in columns if column not in owner.fields]:
        raise ApiError("INVALID_FIELD_NAME", f"{unknown[0]} is not a field of {owner.name}")
    return columns
