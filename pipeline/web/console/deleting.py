"""Deleting a record, on a page that lists the records that name it."""

from flask import Response, request

from pipeline.operate.editing import ChangedMeanwhile, Editor, InUse, NoSuchRecord, honoured_by
from pipeline.operate.pausing import rows_of
from pipeline.records.agreement import rules_that_name
from pipeline.records.source_users import NAMED, users_of_source
from pipeline.text.plural import counted
from pipeline.web.api.records import record_and_etag
from pipeline.web.auth import needs
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.pages import done, go_to, page
from pipeline.web.console.presses import once
from pipeline.web.console.record_sections import RECORD_SECTIONS
from pipeline.web.context import actor, stores
from pipeline.web.quick_redis import answering_redis

MEANWHILE = "This record was changed meanwhile, so nothing was deleted. Look at it again."

# By section: the sections with records that may name one of its records, besides channels and sources.
NAMED_BY = {
    "connectors": ("destinations", "sources", "imports", "alerts"),
    "destinations": ("alerts",),
    "mappings": ("sources", "destinations"),
}
CONSEQUENCES = {
    "connectors": "It can be deleted when no destination, source or import names it any more.",
    "sources": "It runs no more. What was sent before stays where it is.",
    "channels": "It can be deleted when no rule names it any more.",
    "alerts": "Its alerts close without a message.",
    "imports": "Its files are fetched no more. Events that have landed stay.",
    "mappings": "It can be deleted when no source or destination names it any more.",
    "rules": "It asks for nobody any more. Entries that it made stay.",
    "pairs": "Its fields are kept equal no more. What both sides hold stays as it is.",
    "consents": "It can be deleted when no destination honours it any more. Statements stay.",
}

deleting = ConsoleBlueprint("deleting")


@deleting.for_sections("GET", "/{section}/<name>/delete", RECORD_SECTIONS)
@needs("admin")
def ask(section: str, name: str) -> Response:
    """Show the consequences of deleting the record, and ask for its name."""
    return question_page(section, name)


@deleting.for_sections("POST", "/{section}/<name>/delete", RECORD_SECTIONS)
@needs("admin")
def delete(section: str, name: str) -> Response:
    """Delete the record if its name was typed."""
    place, said = RECORD_SECTIONS[section], []
    if request.form.get("name", "").strip() != name:
        return question_page(section, name, wrong=f"Type {name} exactly: nothing was deleted.")

    def remove() -> str:
        editor = Editor(stores().records, answering_redis(), actor(), stores().settings.data_dir)
        editor.remove(section, name, etag=request.form.get("etag"), with_rows=True)
        said.append(f'{place.one.capitalize()} "{name}" is deleted.')
        return place.ends_at

    try:
        onward = once(answering_redis(), remove, place.ends_at)
    except InUse as error:
        return question_page(section, name, problem=f"{error}: {', '.join(error.used_by)}")
    except ChangedMeanwhile:
        return question_page(section, name, problem=MEANWHILE)
    except NoSuchRecord:
        return go_to(place.ends_at)
    return done(onward, said[0]) if said else go_to(onward)


def question_page(section: str, name: str, *, wrong: str = "", problem: str = "") -> Response:
    """Return the page with the question."""
    place, (_, etag) = RECORD_SECTIONS[section], record_and_etag(section, name)
    return page(
        "delete",
        f"Delete {name}",
        section=place,
        name=name,
        etag=etag,
        dependents=dependents(section, name),
        consequence=consequence(section, name),
        wrong=wrong,
        problem=problem,
    )


def dependents(section: str, name: str) -> list[tuple[str, str]]:
    """Return the sections and names of records that need this one, or that are about it."""
    documents = stores().records.export()
    if section == "channels":
        return [("alerts", each) for each in rules_that_name(name, documents["alerts"])]
    if section == "sources":
        return [(at, each) for at in NAMED for each in users_of_source(at, name, documents)]
    if section == "consents":
        return [("destinations", each) for each in honoured_by(name, documents["destinations"])]
    one, places = RECORD_SECTIONS[section].one, NAMED_BY.get(section, ())
    return [(at, each) for at in places for each, found in documents[at].items() if found.get(one) == name]


def consequence(section: str, name: str) -> str:
    """Return the consequence of deleting the record; for a destination, with the number of waiting rows."""
    if section != "destinations":
        return CONSEQUENCES[section]
    rows = rows_of(answering_redis(), stores().records_without_secrets.load(), "destination", name)
    if not rows:
        return "No row waits for it. Dead letters and statistics stay."
    return f"{counted(rows, 'row waits', 'rows wait')} for it: they become dead letters, which stay."
