"""Checking: does the account have the objects that the configuration names."""

from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import replace

from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.model.finding import Finding
from pipeline.model.uses import Uses
from pipeline.operate.checking_files import look_at_files
from pipeline.operate.checking_keys import unusable_keys
from pipeline.operate.open_questions import PairStatus, read_questions
from pipeline.operate.throttling import look_for_throttling
from pipeline.pairs.open_pair import OpenPair
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import kind_of
from pipeline.runtime.clients import Clients, timeouts_of
from pipeline.runtime.connector_uses import uses_of
from pipeline.runtime.schema_comparison import schema_problems
from pipeline.runtime.stores import Stores
from pipeline.stores import schema_notes
from pipeline.streams.stream_state import read_states


def check_connector(
    stores: Stores, catalog: Catalog, connector: Connector, only: Collection[str] | None = None
) -> list[Finding]:
    """Look at a connector, its sources and destinations; ``only``: at these destinations alone."""
    kind = kind_of(connector)
    if kind.open_server:
        server = kind.open_server(connector, timeouts_of(stores.settings))
        found = kind.preflight(connector, Uses(), server)
        imports = [one for _, one in sorted(catalog.imports.items()) if one.connector == connector.name]
        if all(finding.ok for finding in found):
            spool = stores.settings.data_dir / "spool"
            found += look_at_files(server, connector.name, imports, spool)
        unusable = list(unusable_keys(server, connector.name))
        told = {finding.check for finding in unusable}  # what follows from a key says less than the key
        return [one for one in found if one.ok or one.check not in told] + unusable
    uses = with_orgs(stores, uses_of(catalog, connector, only))
    with closing(Clients(stores.settings, stores.redis, stores.vault)) as clients:
        found = kind.preflight(connector, uses, clients(connector))
    if only is None and found[0].ok:  # logged in
        schema_notes.renew(stores.redis, connector.name, schema_problems(found))
    found += [
        barring_nobody(action.destination)
        for action in uses.actions
        if action.destination.honour and action.destination.honour not in catalog.consents
    ]
    if only is None:
        found += questions_about(stores, catalog, connector)
    minute = stores.settings.limit_window
    return [*found, *look_for_throttling(stores.redis, stores.engine, catalog, connector, minute)]


def with_orgs(stores: Stores, uses: Uses) -> Uses:
    """Add the orgs that sources have read; without a store of events none has read any."""
    events = stores.events_if_any if uses.sources else None
    states = read_states(events) if events is not None else {}
    return replace(uses, orgs={name: state.org for name, state in states.items()})


def barring_nobody(destination: Destination) -> Finding:
    """Say that a destination names consents that are not there."""
    text = f'{destination.subject} honours "{destination.honour}", which bars nobody yet'
    return Finding("consents", True, f"{text}: there are no consents")


def questions_about(stores: Stores, catalog: Catalog, connector: Connector) -> list[Finding]:
    """Return findings about open conflicts and about the connector's pairs; none if it has no stream."""
    streams = {source.name for source in catalog.sources_of(connector.name) if source.is_stream}
    if not streams:
        return []
    questions = read_questions(lambda: stores.events_if_any, catalog)
    found = []
    if text := questions.in_words:
        found.append(Finding("conflicts", True, f"{text}; `activation conflicts list` has them"))
    for one in questions.pairs:
        mode = "only watches" if one.pair.watches else "is live"
        texts = [f"{one.record} {mode}", *filter(None, [one.in_words])]
        if streams.intersection(one.pair.sources):
            found.append(Finding("pairs", True, ": ".join(texts)))
            found += [Finding("pairs", one.pair.watches, text) for text in unwritten_fields(catalog, one)]
    return found


def unwritten_fields(catalog: Catalog, one: PairStatus) -> Iterator[str]:
    """Yield the variables of a pair that no destination writes where a side is read."""
    pair = OpenPair(one.pair, catalog)
    for field in one.pair.fields:
        sides = {side for source in one.pair.salesforce for side in pair.unwritten(field, source)}
        for side in sorted(sides):
            yield f"{one.record}: no destination writes {field} where {side} is read"
