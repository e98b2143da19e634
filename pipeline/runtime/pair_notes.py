"""Notes of batches that wrote to the sides of pairs: their verdicts close the writes."""

from collections.abc import Sequence

from sqlalchemy import Connection

from pipeline.pairs.open_pair import OpenPair
from pipeline.pairs.pair_verdicts import PairVerdict, take_pair_verdicts, verdict_of
from pipeline.pairs.source_pairing import now_ms
from pipeline.records.catalog import Catalog
from pipeline.runtime.entry_verdicts import DELIVERED
from pipeline.runtime.note_taking import NoteTaker
from pipeline.settle.witness_notes import WitnessNote


def pair_taker(catalog: Catalog) -> NoteTaker:
    """Return the taker of the verdicts of pairs' writes."""

    def take(connection: Connection, notes: Sequence[WitnessNote]) -> None:
        verdicts = [
            verdict._replace(fields=fields)
            for note in notes
            for row in note.rows
            if (verdict := verdict_of(row["id"], code_of(row["verdict"]))) is not None
            and (fields := written_fields(catalog, note, verdict))
        ]
        take_pair_verdicts(connection, catalog, verdicts, now_ms())

    return take


def code_of(verdict: str) -> str:
    """Return "" for a row that arrived, else the code of its rejection."""
    return "" if verdict in DELIVERED else verdict


def written_fields(catalog: Catalog, note: WitnessNote, verdict: PairVerdict) -> frozenset[str]:
    """Return the shared variables that a destination writes to the side of a verdict.

    A verdict says nothing of further variables, and nothing of further destinations of the audience.
    """
    destination = catalog.destinations.get(note.destination)
    filled = catalog.action_of(destination).attributes() if destination is not None else None
    shared: frozenset[str] = frozenset()
    for pair in (OpenPair(one, catalog) for one in catalog.pairs.values()) if filled else ():
        names = pair.sources_of(verdict.side)
        accounts = {getattr(catalog.sources[name], "connector", None) for name in names}
        if note.connector in accounts:
            shared |= frozenset(pair.pair.fields) & (filled or frozenset())
    return shared
