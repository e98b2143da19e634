"""Forms of records by their section: a field for each option, or one for all of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import request

from pipeline.web.console.option import Option
from pipeline.web.console.options import options_of
from pipeline.web.console.record_form import RecordForm, default_texts, texts_of
from pipeline.web.console.record_sections import RecordSection
from pipeline.web.console.written_form import ALL, WRITTEN_OPTIONS, WrittenForm, written_options
from pipeline.web.context import stores


def blank_form(place: RecordSection, variant: str) -> RecordForm:
    """Return the form of a new record."""
    options = options_for(place, variant)
    texts = {ALL: place.skeleton} if place.skeleton else default_texts(options)
    return form_of(place, variant, options, texts, {})


def stored_form(place: RecordSection, document: Mapping[str, Any]) -> RecordForm:
    """Return the form of a stored record."""
    variant = variant_of(place, document)
    options = options_for(place, variant)
    texts = {ALL: written_options(document)} if place.skeleton else texts_of(options, document)
    return form_of(place, variant, options, texts, document)


def typed_form(place: RecordSection, variant: str, document: Mapping[str, Any] | None = None) -> RecordForm:
    """Return the form as it was sent."""
    return form_of(place, variant, options_for(place, variant), request.form, document or {})


def with_problems(form: RecordForm, messages: Mapping[str, Any]) -> RecordForm:
    """Return the form with a schema's messages beside its fields."""
    return replace(form, problems=messages)


def form_of(
    place: RecordSection,
    variant: str,
    options: list[Option],
    texts: Mapping[str, str],
    document: Mapping[str, Any],
) -> RecordForm:
    """Return a form; the option by which schemas differ is fixed in it."""
    kind = WrittenForm if place.skeleton else RecordForm
    return kind(options, {place.variant: variant} if place.variant else {}, texts, document)


def variant_of(place: RecordSection, document: Mapping[str, Any]) -> str:
    """Return the variant of a stored record."""
    return str(document.get(place.variant, place.default))


def options_for(place: RecordSection, variant: str) -> list[Option]:
    """Return the options of a record of one variant."""
    if place.skeleton:
        return WRITTEN_OPTIONS
    records = stores().records
    names = {"connector": records.names("connectors"), "destination": records.names("destinations")}
    return options_of(place.schemas()[variant], names, place.name)
