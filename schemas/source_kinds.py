"""The kinds of sources, by the word in their ``kind``; without one a source is a query."""

from collections.abc import Mapping

from schemas.document import Variant
from schemas.people_source import PeopleSourceDocument
from schemas.record_words import SQL
from schemas.responsys_sources import (
    EventsSourceDocument,
    MembersSourceDocument,
    ProfilesSourceDocument,
)
from schemas.salesforce_source import SalesforceSourceDocument
from schemas.source import CommonSource, SourceDocument

SOURCES: Mapping[str, type[CommonSource]] = {
    SQL: SourceDocument,
    "salesforce": SalesforceSourceDocument,
    "people": PeopleSourceDocument,
    "responsys_events": EventsSourceDocument,
    "profiles": ProfilesSourceDocument,
    "responsys": MembersSourceDocument,
}


def source() -> Variant:
    """Return the field for a source of any kind."""
    return Variant("kind", "a kind of source", SOURCES, CommonSource, default=SQL)
