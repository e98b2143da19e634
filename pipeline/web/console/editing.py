"""New records and changes of records: forms made of the schemas, with the checks of ``activation apply``."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from pipeline.operate.editing import ChangedMeanwhile, Editor
from pipeline.records.record_check import InvalidRecord, check_record
from pipeline.web.api.records import find_record, record_and_etag
from pipeline.web.auth import needs
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.pages import done, go_to, page
from pipeline.web.console.presses import once
from pipeline.web.console.record_form import RecordForm
from pipeline.web.console.record_sections import RECORD_SECTIONS, RecordSection
from pipeline.web.console.section_forms import (
    blank_form,
    stored_form,
    typed_form,
    variant_of,
    with_problems,
)
from pipeline.web.context import actor, stores
from pipeline.web.quick_redis import answering_redis
from schemas.document import NAME, NAME_RULE

MEANWHILE = (
    "This record was changed meanwhile, so nothing was stored. What you typed is below; open the page anew "
    "to see the record as it is now."
)

ANY_KEY = "any"

editing = ConsoleBlueprint("editing")


@editing.for_sections("GET", "/{section}/new", RECORD_SECTIONS)
@needs("admin")
def new(section: str) -> Response:
    """Ask for the key and the variant, then for the options."""
    place = RECORD_SECTIONS[section]
    key, variant = request.args.get("key", ""), request.args.get(place.variant or "variant", "")
    if place.asks_first:
        problems = first_problems(place, key, variant) if request.args else {}
        if problems or not request.args:
            return first_step(place, key, variant, problems)
    schemas = place.schemas()
    variant = variant if variant in schemas else next(iter(schemas))
    return form_page(place, blank_form(place, variant), key_text=key)


@editing.for_sections("POST", "/{section}/new", RECORD_SECTIONS)
@needs("admin")
def create(section: str) -> Response:
    """Store a new record."""
    place = RECORD_SECTIONS[section]
    key = (request.args if place.asks_first else request.form).get("key", "").strip()
    variant = request.values.get(place.variant, "") if place.variant else ""
    form = typed_form(place, variant if variant in place.schemas() else next(iter(place.schemas())))
    if problem := key_problem(place, key):
        others = with_problems(form, problems_of(place, form))
        return form_page(place, others, key_text=key, key_problems=[problem])
    return store_form(place, key, form, key_text=key)


@editing.for_sections("GET", "/{section}/<name>/edit", RECORD_SECTIONS)
@needs("admin")
def edit(section: str, name: str) -> Response:
    """Show a record in a form."""
    place, (document, etag) = RECORD_SECTIONS[section], record_and_etag(section, name)
    return form_page(place, stored_form(place, document), name=name, etag=etag)


@editing.for_sections("POST", "/{section}/<name>/edit", RECORD_SECTIONS)
@needs("admin")
def change(section: str, name: str) -> Response:
    """Store a change of the record that the form was made of."""
    place, document = RECORD_SECTIONS[section], find_record(section, name)
    form = typed_form(place, variant_of(place, document), document)
    return store_form(place, name, form, name=name, etag=request.form.get("etag", "none"))


def store_form(place: RecordSection, record: str, form: RecordForm, **about: Any) -> Response:
    """Store the record of a form, or show the form again with its problems."""
    said: list[str] = []

    def put() -> str:
        editor = Editor(stores().records, answering_redis(), actor())
        outcome, _ = editor.put(place.name, record, form.document, etag=about.get("etag"))
        said.append(f'{place.one.capitalize()} "{record}" is {outcome}.')
        return place.place(record)

    try:
        onward = once(answering_redis(), put, place.place(record))
    except InvalidRecord as error:
        return form_page(place, with_problems(form, error.messages), **about)
    except ChangedMeanwhile:
        return form_page(place, form, meanwhile=MEANWHILE, **about)
    return done(onward, said[0]) if said else go_to(onward)


def form_page(place: RecordSection, form: RecordForm, **about: Any) -> Response:
    """Return the page of a form."""
    heading = f"Edit {about['name']}" if "name" in about else f"New {place.one}"
    return page("record_form", heading, section=place, form=form, **about)


def first_step(place: RecordSection, key: str, variant: str, problems: Mapping[str, str]) -> Response:
    """Return the page that asks for the key and the variant of a new record."""
    choices = sorted(place.schemas())
    return page(
        "record_new",
        f"New {place.one}",
        section=place,
        key_text=key,
        variant=variant,
        choices=choices,
        problems=problems,
    )


def first_problems(place: RecordSection, key: str, variant: str) -> dict[str, str]:
    """Return problems of the first step's answers, by field; empty if there are none."""
    found = {"key": key_problem(place, key.strip())}
    if variant not in place.schemas():
        found[place.variant] = "choose one"
    return {name: problem for name, problem in found.items() if problem}


def key_problem(place: RecordSection, key: str) -> str:
    """Return the problem of a new record's key, "" if there is none."""
    if not NAME.fullmatch(key):
        return NAME_RULE
    if key in stores().records.names(place.name):
        return f'there is a {place.one} "{key}" already'
    return ""


def problems_of(place: RecordSection, form: RecordForm) -> Mapping[str, Any]:
    """Return problems of a record apart from its key, which is wrong as well."""
    try:
        check_record(place.name, ANY_KEY, form.document, None, stores().records.names)
    except InvalidRecord as error:
        return error.messages
    return {}
