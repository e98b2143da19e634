"""A source as it is configured: the keys of all kinds, and a query with a snapshot as its result."""

import re
from collections import Counter
from typing import Any

from marshmallow import ValidationError, post_load

from schemas.configuration_fields import Field, Flag, Number, OneOf, Text
from schemas.connector import Secret
from schemas.document import Document, Table
from schemas.query_text import NOW, parameters

MAX_EVERY = 366 * 24 * 60  # minutes
LONGEST_QUERY = 65_536  # characters
NO_PARAMETER = "only :now is known; write a colon of the query's own within quotes, or as \\:{name}"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
COLUMN = re.compile(r"[^\x00-\x1f\x7f]{1,255}")


class Query(Field):
    """The text of a query, on as many lines as it takes."""

    def read(self, value: Any) -> str:
        """Refuse a value that is no text, empty or much too long."""
        if not isinstance(value, str):
            raise ValidationError("must be text")
        if not value.strip():
            raise ValidationError("must not be empty")
        if len(value) > LONGEST_QUERY:
            raise ValidationError(f"must not be longer than {LONGEST_QUERY:,} characters")
        if CONTROL.search(value):
            raise ValidationError("must not contain control characters other than tabs and line ends")
        if others := [name for name in parameters(value) if name != NOW]:
            raise ValidationError(
                [f"has a parameter :{name}; {NO_PARAMETER.format(name=name)}" for name in others]
            )
        return value


class Columns(Table):
    """The meaning of each column of the result: ``profile_id``, an identifier, or a variable of that name."""

    def read(self, value: Any) -> dict[str, Any]:
        """Refuse two columns that become the same."""
        columns = super().read(value)
        names = list(columns.values())
        twice = sorted(name for name, times in Counter(names).items() if times > 1)
        if twice:
            raise ValidationError(f"more than one column becomes {', '.join(twice)}", valid_data=columns)
        return columns


class CommonSource(Document):
    """The keys of a source of any kind."""

    label = Text()  # for people, beside the name that commands take
    description = Text()
    max_leaving = Number(least=0, most=100, load_default=20)
    enabled = Flag(load_default=True)


class ChangingSource(CommonSource):
    """The keys of a source that is read on from a mark, with a limit on changed people in a run."""

    max_change = Number(least=0, most=100, load_default=20)  # percent


class SourceDocument(CommonSource):
    """One query and its schedule."""

    kind = OneOf("a kind of source", ["sql"])
    audience = Text(required=True, slashes=False)
    url = Secret(load_default="")  # "": the events store, with the view responsys_people
    query = Query(required=True)
    every = Number(above=0, most=MAX_EVERY, required=True)
    columns = Columns(
        Text(), pattern=COLUMN, rule="must be the name of a column of the result", load_default=dict
    )

    @post_load
    def forget_kind(self, document: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Leave the kind out: it is the one that goes without saying."""
        document.pop("kind", None)
        return document
