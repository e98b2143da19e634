"""Choices of dead letters, and operations on these."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from schemas.query import Duration, PageQuery, Query, Text, Truth, Whole

LETTER_STATES = ("open", "replayed", "dropped", "resolved", "all")
PROVEN = "Event files prove that the e-mail was not sent; false: those of which they do not."


class LettersQuery(PageQuery):
    """A choice of dead letters."""

    connector = Text()
    destination = Text()
    audience = Text()
    code = Text()
    batch = Text()
    state = fields.String(load_default="open", validate=validate.OneOf(LETTER_STATES))
    older_than = Duration(metadata={"example": "2h"})
    newer_than = Duration(metadata={"example": "30m"})
    proven = fields.Boolean(metadata={"description": PROVEN})


class GroupsQuery(LettersQuery):
    """The same for groups, which come all at once."""

    class Meta(Query.Meta):
        """Marshmallow's own settings."""

        exclude = ("limit", "cursor")


class LettersFilter(Query):
    """Which open dead letters an operation is on."""

    connector = Text()
    destination = Text()
    audience = Text()
    code = Text()
    batch = Text()
    older_than = Duration()
    newer_than = Duration()
    proven = Truth(metadata={"description": PROVEN})


class LettersOperation(Query):
    """An operation on dead letters: those with these ids, or all that a filter chooses."""

    ids = fields.List(Text(), validate=validate.Length(1, 500))
    filter = fields.Nested(LettersFilter)
    all = Truth(load_default=False)
    expect = Whole(validate=validate.Range(0))
    dry_run = Truth(load_default=False)

    @validates_schema
    def one_choice(self, document: dict[str, Any], **_: Any) -> None:
        """Refuse none, both, and an empty filter that is not meant."""
        if ("ids" in document) == ("filter" in document):
            raise ValidationError("Give either ids or filter.")
        if "ids" in document and document["all"]:
            raise ValidationError("all goes with filter, not with ids.", "all")
        if "filter" in document and not document["filter"] and not document["all"]:
            raise ValidationError("An empty filter chooses all open letters: say all = true.", "filter")
