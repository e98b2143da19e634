"""Pairing: the questions of a source's run about variables that two systems share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Connection

from pipeline.model.activation import Activation
from pipeline.model.source_record import SourceRecord
from pipeline.streams.page_changes import unchanged_records
from pipeline.streams.record_store import KnownRecord


@dataclass(frozen=True)
class PairingPage:
    """A page as it was read.

    ``changed``: records that differ from their stored values and may be sent. ``unchanged``: further records
    of known people. ``people``: by record, as they were before the page. ``resend``: open writes are sent
    again.
    """

    changed: Sequence[SourceRecord]
    unchanged: Sequence[SourceRecord]
    people: Mapping[str, int | None]
    resend: bool = False


@dataclass
class Paired:
    """The decision of a pair about a page.

    ``left_out``: variables by person that the page's own activations go without. ``ids``: ids that these
    get, so that their verdicts are known. ``activations``: those that take their place, or repair a side.
    """

    left_out: dict[int, set[str]] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)
    activations: list[Activation] = field(default_factory=list)


class Pairing(Protocol):
    """Decides about shared variables of one source's records."""

    def pair(self, connection: Connection, page: PairingPage) -> Paired:
        """Decide about a page, in its transaction, after its records were stored."""

    def decide_anew(self, connection: Connection, activations: Sequence[Activation]) -> list[Activation]:
        """Return activations that have waited without the variables that would not be written any more."""


def pair_page(
    pairing: Pairing | None,
    connection: Connection,
    changed: Sequence[SourceRecord],
    rest: Sequence[SourceRecord],
    known: Mapping[str, KnownRecord],
    *,
    resend: bool,
) -> Paired:
    """Let a pair decide about a page; None: the source is in none. ``rest``: records without a change."""
    if pairing is None:
        return Paired()
    unchanged = unchanged_records(rest, known)
    people = {row.record: row.person for row in known.values()}
    return pairing.pair(connection, PairingPage(changed, unchanged, people, resend))
