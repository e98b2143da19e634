"""Sections of records that the console edits: their words, their schemas and their pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from marshmallow import Schema

from pipeline.records.documents import singular
from pipeline.records.kinds import connector_documents, destination_documents
from schemas.alert import RULES
from schemas.channel import CHANNELS
from schemas.record_words import SQL
from schemas.source_kinds import SOURCES

Schemas = Mapping[str, type[Schema]]


@dataclass(frozen=True)
class RecordSection:
    """One section; ``variant``: the option by which its schemas differ, "" if there is one schema."""

    name: str
    one: str  # of its records
    variant: str
    schemas: Callable[[], Schemas]
    home: str = ""  # the page that lists them, if they have none of their own
    asks_first: bool = True  # for the variant, on a page of its own
    default: str = ""  # the variant of a record that names none
    skeleton: str = ""  # of records that are typed whole: the TOML that a new one begins with

    def place(self, record: str) -> str:
        """Return the page of a record."""
        return self.home or f"/{self.name}/{record}"

    @property
    def list_place(self) -> str:
        """The page of all records."""
        return self.home or f"/{self.name}"

    @property
    def ends_at(self) -> str:
        """The page to go on to when a record is gone; imports are listed with the sources."""
        return "/sources" if self.name == "imports" else self.list_place


SKELETONS: Mapping[str, str] = {
    "imports": 'connector = ""\nevery = 60\n',
    "mappings": 'email = { salesforce = "Email", type = "email" }\n',
    "rules": 'source = ""\naudience = ""\non = "new"\nwhen = { LeadSource = "Web" }\n',
    "pairs": 'salesforce = [""]\nresponsys = ""\nfields = { title = "ask" }\nmode = "watch"\n',
    "consents": 'channel = "email"\nsources = [""]\naudience = ""\n',
}


def written_section(section: str, skeleton: str) -> RecordSection:
    """Return a section of records that are typed as TOML; ``skeleton``: the text of a new one."""
    one = singular(section)
    return RecordSection(section, one, "", lambda: {"": Schema}, asks_first=False, skeleton=skeleton)


RECORD_SECTIONS: Mapping[str, RecordSection] = {
    section.name: section
    for section in (
        RecordSection("connectors", "connector", "kind", connector_documents, asks_first=False),
        RecordSection("destinations", "destination", "action", destination_documents),
        RecordSection("sources", "source", "kind", lambda: SOURCES, asks_first=False, default=SQL),
        RecordSection("channels", "channel", "kind", lambda: CHANNELS, home="/alerts"),
        RecordSection("alerts", "rule", "rule", lambda: RULES, home="/alerts"),
        *(written_section(*each) for each in SKELETONS.items()),
    )
}
