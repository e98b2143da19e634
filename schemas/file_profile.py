"""A file profile as it is configured: how files of one kind are read."""

import codecs
from collections import Counter
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from schemas.configuration_fields import Field, Flag, OneOf, Text
from schemas.document import Document, Table
from schemas.source import COLUMN

FORMATS = ("csv", "jsonl")
COLUMN_RULE = "must be the name of a column of the file"
NAME_RULE = "must be the name of a field, an identifier or a variable"


class Delimiter(Text):
    """One character, or the word for a tab."""

    def read(self, value: Any) -> str:
        """Refuse text that cannot separate cells."""
        if value != "\t":
            value = super().read(value)
        if value != "tab" and (len(value) != 1 or value == '"'):
            raise ValidationError('must be one character, or "tab"')
        return str(value)


class Encoding(Text):
    """The name of an encoding of text."""

    def read(self, value: Any) -> str:
        """Refuse an encoding that Python does not know."""
        name = super().read(value)
        try:
            "a".encode(name)
            codecs.getincrementaldecoder(name)
        except (LookupError, ValueError) as error:
            raise ValidationError(f'"{name}" is not an encoding') from error
        return name


class Target(Text):
    """The field, identifier or variable that a column becomes; "" leaves the column out."""

    def read(self, value: Any) -> str:
        """Refuse a name that no variable can have."""
        return "" if value == "" else super().read(value)


class Targets(Table):
    """Columns, each with its target."""

    def read(self, value: Any) -> dict[str, Any]:
        """Refuse two columns that become the same."""
        columns = super().read(value)
        names = [name for name in columns.values() if name]
        if twice := sorted(name for name, times in Counter(names).items() if times > 1):
            raise ValidationError(f"more than one column becomes {', '.join(twice)}", valid_data=columns)
        return columns


class Words(Field):
    """A list of words, each of which may stand in a cell."""

    def read(self, value: Any) -> list[str]:
        """Refuse a value that is no list of words."""
        if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
            raise ValidationError("must be a list of words")
        return value


class FileProfileDocument(Document):
    """The options of ``send`` and ``sync`` that say how a file is read."""

    format = OneOf("a format", FORMATS, load_default=None)
    delimiter = Delimiter(load_default=None)
    encoding = Encoding(load_default=None)
    columns = Targets(Target(), pattern=COLUMN, rule=COLUMN_RULE, load_default=dict)
    only_columns = Flag(load_default=False)
    constants = Table(Text(), pattern=COLUMN, rule=NAME_RULE, load_default=dict)
    null = Words(load_default=list)
    consent = Text(load_default=None)
    optin = Words(load_default=None)
    optout = Words(load_default=None)
    id_column = Text(load_default=None)


class FileProfileField(Field):
    """A file profile within the configuration."""

    def read(self, value: Any) -> dict[str, Any]:
        """Read it by its schema."""
        if not isinstance(value, Mapping):
            raise ValidationError("must be a table")
        loaded: dict[str, Any] = FileProfileDocument().load(value)
        return loaded
