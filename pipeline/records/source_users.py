"""Users of sources: rules, pairs and consents, each of which names one or several."""

from collections.abc import Collection, Iterator, Mapping

from pipeline.records.documents import Documents
from schemas.configuration_fields import not_there

# By section: the keys of a document that name a source or a list of them.
NAMED: Mapping[str, tuple[str, ...]] = {
    "rules": ("source",),
    "pairs": ("salesforce", "responsys"),
    "consents": ("sources",),
}


def sources_named(section: str, documents: Documents) -> Iterator[tuple[str, str, str]]:
    """Yield the name of each record of a section, a key of it, and a source that the key names.

    Records that break rules may lack a key.
    """
    for name, document in documents.get(section, {}).items():
        for key in NAMED[section]:
            value = document.get(key) or ()
            yield from ((name, key, source) for source in ([value] if isinstance(value, str) else value))


def users_of_source(section: str, source: str, documents: Documents) -> list[str]:
    """Name the records of a section that use a source."""
    return sorted({name for name, _, used in sources_named(section, documents) if used == source})


def unknown_sources(documents: Documents, stored: Collection[str]) -> list[str]:
    """Return a problem for each source that a record names and that is neither in the file nor stored."""
    known = {*documents.get("sources", {}), *stored}
    return [
        f"{section}.{name}.{key}: {not_there(used, 'a source', known)}"
        for section in NAMED
        for name, key, used in sources_named(section, documents)
        if used not in known
    ]


def lost_sources(after: Documents) -> Iterator[str]:
    """Yield a problem for each source that a record names and that is not there."""
    yield from unknown_sources(after, ())
