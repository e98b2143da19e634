"""Queries and forms of pages: read as those of the API are; a combobox that chooses all sends nothing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, fields, validate

from pipeline.web.problems import Problem
from schemas.http import BatchesQuery
from schemas.letter_queries import LettersFilter, LettersQuery
from schemas.query import Text

AGES: Mapping[str, tuple[str, timedelta, str]] = {  # the parameter, its value, the words
    "newer-1h": ("newer_than", timedelta(hours=1), "of the last hour"),
    "newer-24h": ("newer_than", timedelta(days=1), "of the last 24 hours"),
    "newer-7d": ("newer_than", timedelta(days=7), "of the last 7 days"),
    "older-1h": ("older_than", timedelta(hours=1), "older than an hour"),
    "older-24h": ("older_than", timedelta(days=1), "older than a day"),
    "older-7d": ("older_than", timedelta(days=7), "older than 7 days"),
}
AGE_CHOICES = [(name, words) for name, (_, _, words) in AGES.items()]
PERIODS = [
    ("1h", "the last hour"),
    ("24h", "the last 24 hours"),
    ("7d", "the last 7 days"),
    ("30d", "the last 30 days"),
]
OUTCOMES = ("delivered", "rejected")


class PageOfLetters(LettersQuery):
    """A choice of dead letters, as the page's filter makes it."""

    age = Text(validate=validate.OneOf(tuple(AGES)))


class LettersForm(LettersFilter):
    """A decision on dead letters: on some by their ids, or on all that a filter chooses."""

    kind = Text(required=True, validate=validate.OneOf(("replay", "drop")))
    proven = fields.Boolean()  # type: ignore[assignment] # text of a form, not JSON
    id = fields.List(Text(), load_default=list, validate=validate.Length(max=500))
    age = Text(validate=validate.OneOf(tuple(AGES)))
    all = fields.Boolean(load_default=False)
    expect = fields.Integer(validate=validate.Range(0))
    back = Text()


class PageOfBatches(BatchesQuery):
    """A choice of batches, as the page's filter makes it."""

    outcome = Text(validate=validate.OneOf(OUTCOMES))


def read_query(schema: type[Schema], *, lists: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the query of a page; raises Problem. ``lists``: parameters that may come several times."""
    return read_values(schema, request.args, lists)


def read_form(schema: type[Schema], *, lists: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the fields of a form, without those that every form has; raises Problem."""
    sent = request.form.copy()
    for name in ("csrf_token", "press"):
        sent.poplist(name)
    return read_values(schema, sent, lists)


def read_values(schema: type[Schema], sent: Any, lists: tuple[str, ...]) -> dict[str, Any]:
    """Read values by a schema, and an age as the length of time that it means."""
    values: dict[str, Any] = {name: value for name, value in sent.items() if value and name not in lists}
    values |= {name: sent.getlist(name) for name in lists if name in sent}
    try:
        found: dict[str, Any] = schema().load(values)
    except ValidationError as error:
        raise Problem("invalid-request", "See `errors`.", errors={"query": error.messages}) from None
    age = found.pop("age", None)
    if age is not None:
        name, length, _ = AGES[age]
        found[name] = length
    return found
