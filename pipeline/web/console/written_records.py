"""``/mappings``, ``/pairs`` and ``/consents``: records shown and edited as a configuration has them."""

from collections.abc import Mapping

from flask import Response

from pipeline.web.api.records import find_record
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.pages import page
from pipeline.web.console.record_sections import RECORD_SECTIONS
from pipeline.web.console.settings import settings_of
from pipeline.web.context import stores

ABOUT: Mapping[str, str] = {
    "mappings": "A mapping names variables by their fields in Salesforce, and gives each its type.",
    "pairs": "A pair keeps fields of people equal in Salesforce and in Responsys.",
    "consents": "A consent is a channel that people opt out of: where they say so, and who is told.",
}

written_records = ConsoleBlueprint("written-records")


@written_records.for_sections("GET", "/{section}", ABOUT)
def show_all(section: str) -> Response:
    """List the records of a section."""
    place, found = RECORD_SECTIONS[section], stores().records.export()[section]
    lines = {name: settings_of(document) for name, document in found.items()}
    return page(
        "written_records",
        section.capitalize(),
        section=place,
        records=found,
        lines=lines,
        about=ABOUT[section],
    )


@written_records.for_sections("GET", "/{section}/<name>", ABOUT)
def show(section: str, name: str) -> Response:
    """Show one record."""
    place, document = RECORD_SECTIONS[section], find_record(section, name)
    return page("written_record", name, section=place, record=document, settings=settings_of(document))
