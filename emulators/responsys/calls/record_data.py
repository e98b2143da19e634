"""Records of merges: the names of the columns once, then a row of values per record."""

from collections.abc import Mapping

import msgspec

from emulators.responsys.account import field_names
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ApiError, violation_error

Values = list[str | None]


class RecordData(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """``recordData`` of all merges."""

    fieldNames: list[str]
    records: list[Values]
    mapTemplateName: None = None


def check_rows(rows: list[Values], width: int) -> None:
    """Refuse rows that do not have one value per column."""
    for position, row in enumerate(rows):
        if len(row) != width:
            raise violation_error(
                "INVALID_PARAMETER", f"record {position} has {len(row)} values for {width} fields"
            )


def read_records(data: RecordData, fields: Mapping[str, str], owner: str) -> list[str]:
    """Return the columns in upper case, after checking them and the shape of the rows."""
    bodies.check_count(len(data.records), "record", "records")
    columns = read_columns(data.fieldNames, fields, owner)
    check_rows(data.records, len(columns))
    return columns


def read_columns(names: list[str], fields: Mapping[str, str], owner: str) -> list[str]:
    """Return the columns in upper case, after checking that ``owner`` has them."""
    if not names:
        raise violation_error("INVALID_PARAMETER", "fieldNames is empty")
    if repeated := field_names.repeated_name(names):
        raise violation_error("INVALID_PARAMETER", f"field name {repeated} comes twice")
    columns = [name.upper() for name in names]
    for name, column in zip(names, columns, strict=True):
        if column not in fields:
            detail = f"{name} is not a field of {owner}"
            raise ApiError("INVALID_FIELD_NAME", detail, violation=field_names.name_problem(name))
    return columns
