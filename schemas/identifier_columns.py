"""Columns that Responsys finds people by, and the identifiers that fill them."""

from typing import Any

from marshmallow import ValidationError

from schemas.activation_limits import PARTNER_NUMBERS
from schemas.configuration_fields import Field, Text, not_there
from schemas.exported_columns import IDENTIFIERS
from schemas.mapping import Mapped

HASHES = ("EMAIL_MD5_HASH_", "EMAIL_SHA256_HASH_")
HASHED = "hashed_email"  # SHA-256, by its definition
HASHED_COLUMN = "EMAIL_SHA256_HASH_"


class IdentifierColumn(Text):
    """One of the columns; in upper case with the ``_`` at its end, which may be left out."""

    def read(self, value: Any) -> str:
        """Refuse other columns."""
        name = super().read(value)
        column = name.upper().removesuffix("_") + "_"
        if column not in IDENTIFIERS:
            raise ValidationError(not_there(name, "an identifier column", IDENTIFIERS))
        return column


class Identifiers(Mapped):
    """Identifiers or variables and the columns that they fill, each a different one; at least one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(IdentifierColumn(), least=1, **options)

    def read(self, value: Any) -> dict[str, str]:
        """Refuse to have a hash taken for something else."""
        if isinstance(value, list):
            raise ValidationError("must be a table")
        try:
            columns = super().read(value)
        except ValidationError as error:
            raise ValidationError(error.messages) from None  # options half read cannot be checked further
        named = {PARTNER_NUMBERS.get(source, source): column for source, column in columns.items()}
        if named.get(HASHED, HASHED_COLUMN) != HASHED_COLUMN:
            raise ValidationError(
                {HASHED: [f"is a SHA-256, which goes into {HASHED_COLUMN} and nowhere else"]}
            )
        return named


class IdentifierColumns(Field):
    """Several of the columns, each once, in the order given."""

    def read(self, value: Any) -> list[str]:
        """Refuse none, and one twice."""
        if not isinstance(value, list) or not value:
            raise ValidationError(f"must be a list of at least one of: {', '.join(IDENTIFIERS)}")
        columns = [IdentifierColumn().read(name) for name in value]
        if len(set(columns)) < len(columns):
            raise ValidationError("must not name anything twice")
        return columns


class MatchColumn(IdentifierColumns):
    """One of the columns, or several: the first that a row has a value for."""

    def read(self, value: Any) -> Any:
        """Return the name of a single column as text."""
        if not isinstance(value, list):
            return IdentifierColumn().read(value)
        columns = super().read(value)
        return columns if len(columns) > 1 else columns[0]
