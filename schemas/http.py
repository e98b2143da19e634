"""Queries and bodies of single requests of the HTTP API."""

from marshmallow import fields, validate

from schemas.query import Duration, PageQuery, Query, Text, Truth, Whole

ENTRY_STATES = ("entered", "put_off", "left_out", "refused", "unknown", "sent", "watched")


class ActivityQuery(PageQuery):
    """Filters of the activity."""

    actor = Text()
    action = Text()
    since = Duration(metadata={"example": "24h"})


class RecordQuery(Query):
    """How a record is stored."""

    dry_run = fields.Boolean(load_default=False)


class RemoveQuery(Query):
    """The fate of the rows that wait for a removed destination."""

    rows = fields.String(load_default="", validate=validate.OneOf(("", "dead-letters")))


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
    """The person to show: a RIID, ACCOUNT:RIID, an address, or person:NUMBER."""

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
            r"^.{0,1006}$", error="is no answer: it must be one line of at most 1,006 characters"
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


class ActivationsQuery(Query):
    """How a body of activations is taken in."""

    only_valid = fields.Boolean(
        data_key="partial", load_default=False, metadata={"description": "Take the valid rows only."}
    )
    bulk = fields.Boolean(load_default=False, metadata={"description": "Let real-time rows go first."})
    ids = fields.Boolean(load_default=True, metadata={"description": "Answer with the ids of the rows."})
