"""Queries of the HTTP API; an unknown parameter is refused."""

import re
from datetime import timedelta
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate, validates_schema

ENTRY_STATES = ("entered", "put_off", "left_out", "refused", "unknown", "sent", "watched")
LETTER_STATES = ("open", "replayed", "dropped", "resolved", "all")
PROVEN = "Event files prove that the e-mail was not sent; false: those of which they do not."
LONGEST_SERIES = {"minute": timedelta(days=1), "hour": timedelta(days=92), "day": timedelta(days=3_660)}
USUAL_SERIES = {"minute": timedelta(hours=1), "hour": timedelta(days=1), "day": timedelta(days=30)}
WITHOUT_NUL = r"^[^\x00]*$"
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}  # seconds

MAX_DURATION = 100 * 365 * UNITS["d"]  # seconds; dates begin with the year 1


class Query(Schema):
    """Parameters of a query."""

    class Meta:
        """Marshmallow's own settings."""

        unknown = RAISE


class Text(fields.String):
    """Text that a database can look for: PostgreSQL keeps no NUL."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "metadata": {"pattern": WITHOUT_NUL, **options.get("metadata", {})}})

    def _deserialize(self, value: Any, *args: Any, **options: Any) -> Any:
        text = super()._deserialize(value, *args, **options)
        if "\0" in text:
            raise ValidationError("This must not hold a NUL character.")
        return text


class Whole(fields.Integer):
    """A whole number of a JSON document, as 1 or 1.0: neither text nor a fraction."""

    def _deserialize(self, value: Any, *args: Any, **options: Any) -> Any:
        if type(value) is not int and not (type(value) is float and value.is_integer()):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, *args, **options)


class Truth(fields.Boolean):
    """``true`` or ``false`` of a JSON document."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if type(value) is not bool:
            raise self.make_error("invalid", input=value)
        return value


class Duration(fields.Field[timedelta]):
    """A length of time: 30m, 2h, 7d; no longer than a hundred years."""

    def __init__(self, **options: Any) -> None:
        described = {"type": "string", "pattern": "^[0-9]{1,9}[smhdw]$", "example": "2h"}
        super().__init__(metadata={**described, **options.pop("metadata", {})}, **options)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> timedelta:
        found = re.fullmatch(r"([0-9]{1,9})([smhdw])", str(value))
        if not found:
            raise ValidationError("This is no length of time: write 90s, 30m, 2h, 7d or 1w.")
        return timedelta(seconds=min(int(found[1]) * UNITS[found[2]], MAX_DURATION))


class PageQuery(Query):
    """A page of a list, newest first."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 500))
    cursor = fields.String(validate=validate.Length(1, 1_000))


class ActivityQuery(PageQuery):
    """Filters of the activity."""

    actor = Text()
    action = Text()
    since = Duration(metadata={"example": "24h"})


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


class StatsQuery(Query):
    """The days of the numbers."""

    days = fields.Integer(load_default=7, validate=validate.OneOf((7, 30, 90)))
    connector = Text()


class SeriesQuery(Query):
    """Steps of time, back from now."""

    step = fields.String(load_default="minute", validate=validate.OneOf(tuple(LONGEST_SERIES)))
    since = Duration(metadata={"example": "1h"})
    connector = Text()
    destination = Text()

    @validates_schema
    def not_too_many(self, query: dict[str, Any], **_: Any) -> None:
        """Refuse a time that has too many steps."""
        longest = LONGEST_SERIES[query["step"]]
        if query.get("since", timedelta()) > longest:
            raise ValidationError(f"Steps of a {query['step']} go back {longest.days} days at most.", "since")

    @post_load
    def with_since(self, query: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Choose a time that suits the step if none is given."""
        return {"since": USUAL_SERIES[query["step"]], **query}


class RecordQuery(Query):
    """How a record is stored."""

    dry_run = fields.Boolean(load_default=False)


class RemoveQuery(Query):
    """The fate of the rows that wait for a removed destination."""

    rows = fields.String(load_default="", validate=validate.OneOf(("", "dead-letters")))


class NoBody(Query):
    """No body, or an object without keys."""

    optional = True


class PauseBody(Query):
    """Why nothing is to be sent."""

    optional = True
    reason = Text(load_default="", validate=validate.Length(max=500))


class RunBody(Query):
    """Whether a source may send although its numbers look wrong, and is read from the beginning."""

    optional = True
    confirm = Truth(load_default=False)
    full = Truth(load_default=False)


class TraceBody(PageQuery):
    """The profile to trace."""

    profile_id = fields.String(required=True, validate=validate.Length(1, 1_000))
    limit = Whole(load_default=100, validate=validate.Range(1, 500))


class ProfileBody(Query):
    """The person whose fields are shown: a RIID, ACCOUNT:RIID, an address, or person:NUMBER."""

    person = Text(required=True, validate=validate.Length(1, 1_000), metadata={"example": "ada@example.com"})


class ExplainBody(Query):
    """The person to explain: person:NUMBER, an address, a RIID or an id of Salesforce; one value alone."""

    person = fields.String(
        required=True, validate=validate.Length(1, 1_000), metadata={"example": "ada@example.com"}
    )
    field = fields.String(validate=validate.Length(1, 200), metadata={"example": "title"})


class EntriesQuery(PageQuery):
    """A choice of the entries of a rule."""

    state = fields.String(validate=validate.OneOf(ENTRY_STATES))


class ConflictsQuery(PageQuery):
    """A choice of conflicts."""

    settled = fields.Boolean(load_default=False, metadata={"description": "The settled ones, too."})


class SettleBody(Query):
    """The answer to a conflict; none: as suggested."""

    optional = True
    answer = fields.String(
        validate=validate.Regexp(
            r"^(same|apart|person:[1-9][0-9]{0,17}|out|in|salesforce|responsys|value:.{0,1000})$"
        ),
        metadata={"example": "same"},
    )


class WishForm(Query):
    """A wish that the console states for a person."""

    person = fields.String(required=True, validate=validate.Length(1, 1_000))
    wish = fields.String(required=True, validate=validate.OneOf(("out", "in")))
    reason = Text(load_default="", validate=validate.Length(max=500))


class FilesQuery(Query):
    """A choice of the files of an import."""

    state = Text(validate=validate.OneOf(("waiting", "fetched", "landed", "failed", "ignored")))


class BatchesQuery(PageQuery):
    """A choice of batches."""

    connector = Text()
    destination = Text()
    outcome = Text()
    since = Duration(metadata={"example": "24h"})


class NoQuery(Query):
    """No parameter at all."""


class ActivationsQuery(Query):
    """How a body of activations is taken in."""

    only_valid = fields.Boolean(
        data_key="partial", load_default=False, metadata={"description": "Take the valid rows only."}
    )
    bulk = fields.Boolean(load_default=False, metadata={"description": "Let real-time rows go first."})
    ids = fields.Boolean(load_default=True, metadata={"description": "Answer with the ids of the rows."})
